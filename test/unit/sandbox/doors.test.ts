/** The sandbox's verbs touch nothing but the sandbox, whatever a folder and a shell say. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

const root = join(import.meta.dirname, '..', '..', '..')
const HERE = {
  'digitalocean:apiEndpoint': 'http://127.0.0.1:8470',
  'auth0:domain': 'localhost:8471',
}
const REAL = { 'digitalocean:apiEndpoint': 'https://api.digitalocean.com' }
/** A shell of somebody who is logged in to real accounts. */
const LOGGED_IN = {
  DIGITALOCEAN_TOKEN: 'real',
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  PULUMI_ACCESS_TOKEN: 'real',
  PULUMI_BACKEND_URL: 's3://acme-state',
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-doors-'))
  settings('dev', HERE)
  settings('preview', HERE)
})
afterEach(() => rmSync(folder, { recursive: true }))

const settings = (stack: string, config: object) =>
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify({ config }))

/** A verb in that folder, where every program that it could start says so in a file. */
function sandbox(verb: string) {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const name of ['pulumi', 'go', 'qemu-system-x86_64', 'sudo', 'apt-get']) {
    const script = `#!/bin/sh\necho ${name} >> '${folder}/started'\nexit 1\n`
    writeFileSync(join(bin, name), script, { mode: 0o755 })
  }
  const before = readdirSync(folder).sort()
  const { status, stdout, stderr } = spawnSync(join(root, 'padlock'), ['sandbox', verb], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...LOGGED_IN, PATH: `${bin}:${process.env.PATH}` },
  })
  return { status, stdout, stderr, changed: readdirSync(folder).sort().join() !== before.join() }
}

test.each([
  ['up', 'dev', REAL, 'digitalocean:apiEndpoint', '"https://api.digitalocean.com"'],
  ['up', 'dev', {}, 'digitalocean:apiEndpoint', 'not set'],
  [
    'up',
    'dev',
    { ...HERE, 'auth0:domain': 'acme.eu.auth0.com' },
    'auth0:domain',
    '"acme.eu.auth0.com"',
  ],
  ['up', 'dev', { ...HERE, 'auth0:domain': undefined }, 'auth0:domain', 'not set'],
  [
    'up',
    'dev',
    { ...HERE, ...{ 'digitalocean:apiEndpoint': 'http://127.0.0.1.example.org' } },
    'digitalocean:apiEndpoint',
    '"http://127.0.0.1.example.org"',
  ],
  ['down', 'dev', REAL, 'digitalocean:apiEndpoint', '"https://api.digitalocean.com"'],
  ['down', 'preview', REAL, 'digitalocean:apiEndpoint', '"https://api.digitalocean.com"'],
  ['down', 'preview', {}, 'digitalocean:apiEndpoint', 'not set'],
])('sandbox %s with Pulumi.%s.yaml of %j touches nothing', (verb, stack, config, key, value) => {
  settings(stack, config)
  const { status, stdout, stderr, changed } = sandbox(verb)
  expect(stderr).toBe(
    `padlock sandbox: the stack ${stack} is not the sandbox's: ${key} in Pulumi.${stack}.yaml is ${value}. Nothing was touched.\n` +
      `Allowed: an address on this computer (127.0.0.1, localhost, [::1]), such as ${HERE[key as keyof typeof HERE]}.\n` +
      `Fix: restore Pulumi.${stack}.yaml; for a stack of real accounts use pulumi itself and the operators' verbs (./padlock --help).\n`,
  )
  expect({ status, stdout, changed }).toEqual({ status: 1, stdout: '', changed: false })
})

test('sandbox down looks at every stack of its backend', () => {
  settings('pr-7', REAL)
  const stacks = join(folder, '.sandbox/state/.pulumi/stacks/renamed')
  mkdirSync(stacks, { recursive: true })
  writeFileSync(join(stacks, 'pr-7.json'), '{}')
  const { status, stderr, changed } = sandbox('down')
  expect(stderr).toContain('the stack pr-7 is not the sandbox')
  expect({ status, changed }).toEqual({ status: 1, changed: false })
})

test('make calls the sandbox for what it brings up and takes down', () => {
  const makefile = readFileSync(join(root, 'Makefile'), 'utf8')
  for (const verb of ['up', 'down', 'status']) {
    expect(makefile).toMatch(new RegExp(`^${verb}: .*\\n\\t@\\./padlock sandbox ${verb}$`, 'm'))
  }
  expect(makefile).toMatch(/^clean: down$/m)
})
