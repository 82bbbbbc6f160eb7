/** A second app in one account: a copy whose `name:` in Pulumi.yaml is another one, and nothing else. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Ran, start } from '../engine/support/processes.ts'
import { openProject, openRenamed, type Project } from '../engine/support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let padlock: Project
let shop: Project
/** Two projects use the account, so it is nobody's alone. */
const SHARED = { PADLOCK_EXCLUSIVE: '' }
beforeAll(async () => {
  sandbox = await startSandbox()
  padlock = await openProject(sandbox)
  shop = await openRenamed(sandbox, 'shop')
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  change({ manageZone: false, subdomain: 'shop' })
})
afterAll(() => sandbox?.stop())

/** Sets keys of the dev stack of shop without a prefix, as a person writes them. */
function change(values: Record<string, unknown>): void {
  const file = join(shop.folder, 'Pulumi.dev.yaml')
  const { config, ...rest } = parse(readFileSync(file, 'utf8'))
  writeFileSync(file, stringify({ ...rest, config: { ...config, ...values } }))
}
const pulumi = (words: string): Promise<Ran> =>
  start('pulumi', [...words.split(' '), '--non-interactive', '--color', 'never'], {
    cwd: shop.folder,
    env: { ...process.env, ...shop.environment },
  }).done
const good = async (running: Promise<Ran>): Promise<Ran> => {
  const ran = await running
  if (ran.code !== 0) throw new Error(ran.output)
  return ran
}
const verb = (project: Project, words: string) => good(project.launch(words, SHARED).done)
const named = async (name: RegExp) => (await sandbox.things()).filter((thing) => name.test(thing))

test('an environment of the first app is there before', async () => {
  await verb(padlock, 'env up pr-1 --ttl 8h')
  expect(await named(/shop/)).toEqual([])
})

test('a permanent stack of the second comes up under its name, with the keys of its settings', async () => {
  await good(pulumi('stack init dev'))
  expect((await good(pulumi('preview --stack dev'))).output).toContain('shop-dev')
  await good(pulumi('up --yes --skip-preview --stack dev'))
  const [, droplet] = await sandbox.droplets()
  expect(droplet.name).toMatch(/^shop-dev-[0-9a-f]{7}$/)
  expect(droplet.tags).toContainEqual('shop-dev')
  expect(await named(/padlock-dev/)).toEqual([])
  const { stdout } = await good(pulumi('stack output --json --stack dev'))
  const port = sandbox.file.ports.https
  expect(JSON.parse(stdout)).toMatchObject({ url: `https://shop.padlock.localhost:${port}` })
})

test('pulumi config set writes a key without a prefix for this project', async () => {
  await good(pulumi('config set --stack dev size s-1vcpu-2gb'))
  const file = join(shop.folder, 'Pulumi.dev.yaml')
  const { config } = parse(readFileSync(file, 'utf8'))
  expect(config).toMatchObject({ 'shop:size': 's-1vcpu-2gb', 'shop:subdomain': 'shop' })
  expect(Object.keys(config).filter((key) => !/^(shop|digitalocean|auth0):/.test(key))).toEqual([])
  const { stdout } = await pulumi('preview --json --stack dev')
  const { steps }: Json = JSON.parse(stdout)
  const droplet = steps.find(({ urn }: Json) => urn.endsWith('Droplet::shop-dev'))
  expect(droplet).toMatchObject({ op: 'update', newState: { inputs: { size: 's-1vcpu-2gb' } } })
  await good(pulumi('config rm --stack dev size'))
})

test('keys under the former name are named, with the command that takes it away', async () => {
  const file = join(shop.folder, 'Pulumi.dev.yaml')
  const kept = readFileSync(file, 'utf8')
  const former = (text: string) => text.replace(/\bshop:(?!zone)/g, 'padlock:')
  // The engine itself asks for the zone, which has no default; the rest would be defaults.
  writeFileSync(file, former(kept))
  const { code, output } = await pulumi('preview --stack dev')
  expect(code).not.toBe(0)
  expect(output.replace(/\s+/g, ' ')).toContain(
    'stand under the name padlock, and the project is called shop. Allowed: keys without a prefix, or with shop:.',
  )
  const [, fix = ''] = /Fix: (sed .*yaml)/.exec(output) ?? []
  await start('sh', ['-c', fix], { cwd: shop.folder, env: process.env }).done
  await good(pulumi('preview --expect-no-changes --stack dev'))
})

test('the verbs on a stack know it', async () => {
  const status = await verb(shop, 'status --stack dev')
  expect(status.stdout).toContain('https://shop.padlock.localhost')
  const git = (...words: string[]) => execFileSync('git', words, { cwd: shop.folder })
  writeFileSync(join(shop.folder, '.gitignore'), '*\n')
  git('init', '--quiet')
  git(
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.com',
    'commit',
    '-qm',
    'begin',
    '--allow-empty',
  )
  await verb(shop, 'plan save --stack dev --out plan')
  await verb(shop, 'plan apply --stack dev --from plan')
  await verb(shop, 'access open --stack dev --label run-1')
  expect(await named(/^firewall shop-dev\.access/)).toHaveLength(1)
  await verb(shop, 'access close --stack dev --label run-1')
  expect(await named(/\.access/)).toEqual([])
})

test('environments of one name are two, of which each project sees and takes its own', async () => {
  const preview = join(shop.folder, 'Pulumi.preview.yaml')
  writeFileSync(
    preview,
    readFileSync(preview, 'utf8').replace('subdomain: preview', 'subdomain: shop-preview'),
  )
  const before = await named(/padlock-pr-1|\bpr-1\.preview/)
  const made = JSON.parse((await verb(shop, 'env up pr-1 --ttl 8h --json')).stdout)
  expect(made.url).toBe(`https://pr-1.shop-preview.padlock.localhost:${sandbox.file.ports.https}`)
  for (const project of [shop, padlock]) {
    const listed = JSON.parse((await verb(project, 'env list --json')).stdout)
    expect(listed).toMatchObject([{ name: 'pr-1', state: 'up' }])
  }
  const receipt = JSON.parse((await verb(shop, 'env down pr-1 --json')).stdout)
  expect(receipt.left).toEqual([])
  expect(receipt.removed.length).toBeGreaterThan(8)
  expect(await named(/padlock-pr-1|\bpr-1\.preview/)).toEqual(before)
  expect(await named(/shop-pr-1|shop-preview/)).toEqual([])
})

test('the first takes nothing of the second either, and both end with nothing left', async () => {
  const before = await named(/shop/)
  expect(before.length).toBeGreaterThan(8)
  const receipt = JSON.parse((await verb(padlock, 'env down pr-1 --json')).stdout)
  expect(receipt.left).toEqual([])
  expect(await named(/shop/)).toEqual(before)
  await good(pulumi('destroy --yes --skip-preview --stack dev'))
  expect(await named(/shop|padlock-/)).toEqual([])
})
