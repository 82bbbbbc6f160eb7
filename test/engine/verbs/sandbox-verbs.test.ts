/** `./padlock sandbox` around a dev stack and an environment, on accounts without machines. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { start } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { cache, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(400_000)
let sandbox: Sandbox
let project: Project
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
})
afterAll(() => sandbox.stop())

/** A shell without `. .sandbox/env`, logged in to somewhere else. */
const verb = (...words: string[]) =>
  start('./padlock', words, {
    cwd: project.folder,
    env: {
      ...process.env,
      PADLOCK_CACHE: cache,
      PULUMI_BACKEND_URL: 's3://acme-state',
      DIGITALOCEAN_TOKEN: 'real',
      AUTH0_CLIENT_SECRET: 'real',
    },
  }).done

test('an operators’ verb does not look for the sandbox', async () => {
  const { code, output } = await verb('env', 'list')
  expect(code).toBe(1)
  expect(output).toContain('AUTH0_CLIENT_ID is not set')
})

test('the dev stack and an environment are shown, and go with receipts', async () => {
  const env = { ...process.env, ...project.environment }
  const script = 'pulumi stack select dev --create && pulumi up --yes --skip-preview --stack dev'
  const up = await start('sh', ['-c', script], { cwd: project.folder, env }).done
  if (up.code !== 0) throw new Error(up.output)
  const other = await project.padlock('env up pr-1 --ttl 1h')
  if (other.code !== 0) throw new Error(other.output)

  const shown = await verb('sandbox', 'status')
  expect(shown.code).toBe(0)
  const { 'padlock:httpsPort': port } = parse(
    readFileSync(join(project.folder, 'Pulumi.dev.yaml'), 'utf8'),
  ).config
  expect(shown.output).toContain(`https://dev.padlock.localhost:${port}`)
  expect(shown.output).toContain('stack pr-1')

  const down = await verb('sandbox', 'down')
  if (down.code !== 0) throw new Error(down.output)
  expect(down.output).toMatch(/Receipt of pr-1: \d\d removed, 0 left/)
  expect(down.output).toMatch(/Receipt of dev: \d\d removed, 0 left/)
  expect(down.output).toContain('Nothing is left: the accounts are empty')
  const receipts = readdirSync(join(sandbox.dir, 'receipts')).map((name) => name.split('-2')[0])
  expect(receipts.sort()).toEqual(['dev', 'pr-1'])
  await expect(sandbox.control.status()).rejects.toThrow(/ENOENT|ECONNREFUSED/)
})

test('what does not run says how to start it', async () => {
  const { code, output } = await verb('sandbox', 'status')
  expect(code).toBe(1)
  expect(output).toContain('Nothing runs. A whole deployment: make up')
})
