/** Anonymised snapshots: a bucket apart, a verb that has the host make one, and who may read it. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
const keys = { volume: 10, database: 'local', anonymiseSql: 'app/anonymise.sql' }
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  settings('dev', keys)
  stack = await openStack(sandbox, 'dev')
  stack.set(keys)
  await stack.up()
})
afterAll(() => sandbox?.stop())

/** Adds keys to a settings file of the project. */
function settings(name: string, more: Record<string, unknown>): void {
  const file = join(project.folder, `Pulumi.${name}.yaml`)
  const { config, ...rest } = parse(readFileSync(file, 'utf8'))
  const added = Object.entries(more).map(([key, value]) => [`padlock:${key}`, value])
  writeFileSync(file, stringify({ ...rest, config: { ...config, ...Object.fromEntries(added) } }))
}
const anonymise = (words = '') => project.padlock(`backup anonymise --stack dev${words}`)

test('the host gets the key that writes and the SQL over stdin, and its answer is told', async () => {
  const { writer, reader } = await access()
  const { code, output } = await anonymise()
  expect([code, output]).toEqual([
    0,
    expect.stringContaining('Snapshot of dev stored: 4711 bytes, 0.1 s, SHA-256 ab12'),
  ])
  expect(output).toMatch(/public\.visits +3 +3/)
  const [{ id }] = await sandbox.droplets()
  expect(sandbox.hostFile(id, 'installed')).toMatch(/^padlock-seed /m)
  expect(JSON.parse(sandbox.hostFile(id, 'seed-anonymise'))).toEqual({
    place: writer,
    sql: readFileSync('app/anonymise.sql', 'utf8'),
  })
  for (const secret of [writer.secret, reader.secret, writer.passphrase]) {
    expect(stack.stateFile()).not.toContain(secret)
    expect(`${output}${sandbox.commands(id).join('\n')}`).not.toContain(secret)
  }
})

test('what environments get opens no other bucket and writes into none', async () => {
  const { writer, reader } = await access()
  expect({ ...reader, key: writer.key, secret: writer.secret }).toEqual(writer)
  const { keys } = await sandbox.digitalocean('GET', '/spaces/keys')
  const grants = (key: string) => keys.find((one: Json) => one.access_key === key)?.grants
  const { bucket } = reader
  expect([grants(reader.key), grants(writer.key)]).toEqual([
    [{ bucket, permission: 'read' }],
    [{ bucket, permission: 'readwrite' }],
  ])
})

test('an environment gets the snapshot before its release, and no key to anything else', async () => {
  const { writer, reader } = await access()
  const shared = { volume: 1, database: 'local', seed: 'snapshot', seedCommand: 'true' }
  settings('preview', shared)
  await given(reader)
  const up = await project.padlock('env up pr-1 --ttl 1h')
  expect([up.code, up.code === 0 ? '' : up.output]).toEqual([0, ''])
  const id = (await sandbox.droplets()).find(({ name }: Json) => name.includes('pr-1'))?.id
  const { place, password } = JSON.parse(sandbox.hostFile(id, 'seed-load'))
  expect([place, password]).toEqual([reader, sandbox.hostFile(id, 'database').trim()])
  const run = sandbox.commands(id)
  const first = (what: string) => run.findIndex((one) => one.includes(`/padlock/${what}`))
  const release = JSON.parse(sandbox.hostFile(id, 'release.json'))
  expect(release.seedCommand).toEqual({ command: 'true', seconds: 300 })
  expect(first('database up')).toBeLessThan(first('seed load'))
  expect(first('seed load')).toBeLessThan(first(`release ${release.id}`))
  const state = readFileSync(join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json'), 'utf8')
  for (const secret of [reader.secret, writer.secret, reader.passphrase])
    expect(`${state}${up.output}${run.join('\n')}`).not.toContain(secret)

  const down = await project.padlock('env down pr-1 --json')
  const { removed, left } = JSON.parse(down.stdout)
  const kinds = removed.map(({ kind }: Json) => kind)
  expect([left, kinds.filter((kind: string) => /^volume$|bucket|spaces/.test(kind))]).toEqual([
    [],
    ['volume'],
  ])
  expect((await access()).reader).toEqual(reader)
})

test('one that begins empty asks for no snapshot, and its command runs with the release', async () => {
  settings('preview', { seed: 'empty', seedCommand: 'fill --with fixtures' })
  const up = await project.padlock('env up pr-2 --ttl 1h')
  expect([up.code, up.code === 0 ? '' : up.output]).toEqual([0, ''])
  const id = (await sandbox.droplets()).find(({ name }: Json) => name.includes('pr-2'))?.id
  const run = sandbox.commands(id)
  const first = (what: string) => run.findIndex((one) => one.includes(`/padlock/${what}`))
  const release = JSON.parse(sandbox.hostFile(id, 'release.json'))
  expect(release.seedCommand).toEqual({ command: 'fill --with fixtures', seconds: 300 })
  expect(first('database up')).toBeGreaterThanOrEqual(0)
  expect(first('database up')).toBeLessThan(first(`release ${release.id}`))
  expect(first('seed load')).toBe(-1)
  expect(sandbox.hostFile(id, 'installed')).not.toMatch(/^padlock-seed /m)
  const down = await project.padlock('env down pr-2 --json')
  expect(JSON.parse(down.stdout).left).toEqual([])
})

test('a stack without the key says which one, and nobody is asked', async () => {
  settings('dev', { anonymiseSql: '' })
  const { code, output } = await anonymise()
  expect([code, output]).toEqual([
    1,
    expect.stringContaining('anonymiseSql of dev is not set. Allowed: the path of a file of SQL'),
  ])
  settings('dev', keys)
})

test('without it bucket and keys go, whatever lies in the bucket', async () => {
  stack.set({ anonymiseSql: undefined })
  await stack.up()
  const left = (await sandbox.things()).filter((one) => one.includes('spaces'))
  expect(left).toEqual([])
  expect((await anonymise()).output).toContain('has no bucket for snapshots yet')
})

/** As the operator does it once: the output is a secret of the template's own stack. */
async function given(reader: Json): Promise<void> {
  const set = ['config', 'set', '--secret', 'seedReader', '--stack', 'preview']
  for (const words of [['stack', 'init', 'preview'], set]) {
    const { status, stderr } = spawnSync('pulumi', [...words, '--non-interactive'], {
      ...{ cwd: project.folder, env: { ...process.env, ...project.environment } },
      ...{ input: JSON.stringify(reader), encoding: 'utf8' },
    })
    if (status !== 0) throw new Error(stderr)
  }
}

async function access(): Promise<Json> {
  const { seedWriter, seedReader } = (await stack.outputs()) as Json
  return { writer: seedWriter, reader: seedReader }
}
