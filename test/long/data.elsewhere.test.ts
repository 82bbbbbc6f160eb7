/**
 * A stack's data on other machines, as an anonymised snapshot in an environment, in a drill and on the droplet
 * that replaces the first; and what restores that fail leave of it.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { DrillReceipt } from '../../ops/backups/drill.ts'
import { openProject, type Project } from '../engine/support/project.ts'
import { environmentOf, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'
import { type Host, onHost, query } from './drill-rows.ts'
import { MIGRATE, visit } from './reference-app.ts'
import { inApp } from './volume-in-use.ts'

/** The app's own table, and more than one page of another. */
const MORE = `
CREATE TABLE films AS SELECT n, md5(n::text) AS title FROM generate_series(1, 5000) n;
ALTER TABLE films OWNER TO app;`

const COPY_REGION = 'ams3'

jest.setTimeout(45 * 60_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
let host: Host
beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  stack.set({
    ...{ size: 's-1vcpu-1gb', volume: 2, database: 'local', backups: 'spaces' },
    ...{ appVolumes: { '/data': 'data' }, releaseCommand: MIGRATE },
    ...{ anonymiseSql: 'app/anonymise.sql', backupCopyRegion: COPY_REGION },
    // An emulated processor has others beside it.
    readySeconds: 300,
  })
  await stack.up()
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  host = await hostOf((await stack.outputs()).sshCommand)
  await query(host, MORE)
  await onHost(host, inApp('echo of the app >/data/upload'))
})
afterAll(() => sandbox?.stop())

const hostOf = async (login: string | undefined): Promise<Host> => ({
  login: login as string,
  env: { ...process.env, ...(await environmentOf(sandbox)) },
})

/** What the verb printed, with its progress; on its own stdout alone with `--json`. */
async function padlock(words: string): Promise<string> {
  const { code, stdout, output, seconds } = await project.padlock(words)
  console.log(`${words}: ${seconds.toFixed(1)} s\n${output}`)
  expect(code).toBe(0)
  return words.includes('--json') ? stdout : output
}

/** The number of the visit of the user who logs in. */
const counted = async (url: string | undefined): Promise<number> =>
  (await visit(`${url}`, readFileSync(sandbox.file.ca, 'utf8'))).number

function pulumi(words: string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('pulumi', [...words, '--non-interactive'], {
    ...{ cwd: project.folder, env: { ...process.env, ...project.environment } },
    ...{ encoding: 'utf8', ...(input !== undefined && { input }) },
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

/** Counts a visit by the app's own means, once where it is called once. */
const SEED =
  '/venv/bin/python -c "from greeter.wsgi import app; from greeter.visits import count; ' +
  "app.app_context().push(); assert count('seeded')\""

/** As an operator does it once: what all environments share, and the key to the snapshots. */
async function template(): Promise<void> {
  const file = join(project.folder, 'Pulumi.preview.yaml')
  const { config, ...rest } = parse(readFileSync(file, 'utf8'))
  const more = {
    ...{ volume: 1, database: 'local', seed: 'snapshot' },
    ...{ releaseCommand: MIGRATE, seedCommand: SEED },
  }
  const added = Object.entries(more).map(([key, value]) => [`padlock:${key}`, value])
  writeFileSync(file, stringify({ ...rest, config: { ...config, ...Object.fromEntries(added) } }))
  const { seedReader } = await stack.outputs()
  pulumi(['stack', 'init', 'preview'])
  const set = ['config', 'set', '--secret', 'seedReader', '--stack', 'preview']
  pulumi(set, JSON.stringify(seedReader))
}

test('an environment begins with the rows, and not with whose they are', async () => {
  const { url } = await stack.outputs()
  expect([await counted(url), await counted(url)]).toEqual([1, 2])
  const told = await padlock('backup anonymise --stack dev')
  expect(told).toMatch(/public\.visits +1 +1/)
  expect(told).toMatch(/public\.films +5000 +5000/)
  await template()

  await padlock('env up pr-1 --ttl 2h')
  const outputs = JSON.parse(
    pulumi(['stack', 'output', '--json', '--show-secrets', '--stack', 'pr-1']),
  )
  const there = await hostOf(outputs.sshCommand)
  const rows = async () =>
    (
      await query(there, 'SELECT left(subject, 10), number FROM visits ORDER BY number DESC;')
    ).filter((line) => line)
  expect(await rows()).toEqual(['anonymous||2', 'seeded|1'])
  expect(await query(there, 'SELECT count(*), sum(n) FROM films;')).toContain('5000|12502500')
  // Whoever it was is somebody else here.
  expect(await counted(outputs.url)).toBe(1)
  expect(await rows()).toHaveLength(3)
  expect(await counted(url)).toBe(3)

  const { removed, left } = JSON.parse(await padlock('env down pr-1 --json'))
  const kinds: string[] = removed.map(({ kind }: { kind: string }) => kind)
  expect([
    left,
    kinds.filter((kind) => /^(droplet|volume)$|bucket|spaces/.test(kind)).sort(),
  ]).toEqual([[], ['droplet', 'volume']])
})

/** So many bytes stay free on the volume; `when`: a shell's command that is waited for. */
const fill = (free: number, when = 'true') => `sudo sh -c '
until ${when}; do sleep 0.2; done
fallocate -l $(($(df --output=avail -B1 /srv/volume | tail -1) - ${free})) /srv/volume/film'
`
const RESTORING = 'ls -d /srv/volume/*/*/main.restored >/dev/null 2>&1'

test('a restore onto a volume that is full, or becomes so, is told, and the rows are as they were', async () => {
  const { url } = await stack.outputs()
  await padlock('backup now --stack dev')
  const number = await counted(url)
  const restore = () => project.padlock('restore --stack dev --yes --no-backup')

  await onHost(host, fill(50_000_000))
  const refused = await restore()
  console.log(refused.output)
  expect([refused.code, refused.output]).toEqual([
    1,
    expect.stringMatching(
      /the volume has not the room for it beside what runs: \d+ MiB are needed/,
    ),
  ])
  await onHost(host, 'sudo rm /srv/volume/film\n')

  const [ended] = await Promise.all([restore(), onHost(host, fill(20_000_000, RESTORING))])
  console.log(ended.output)
  expect([ended.code, ended.output]).toEqual([
    1,
    expect.stringContaining('the volume has become full, so the restore was ended'),
  ])
  expect(await counted(url)).toBe(number + 1)
  await onHost(host, 'sudo rm /srv/volume/film\n')
  const left = await onHost(host, `sudo sh -c '${RESTORING} && echo left || true'\n`)
  expect(left).not.toContain('left')
})

test('a restore that is killed is ended by its host, and the rows are as they were', async () => {
  const { url } = await stack.outputs()
  const number = await counted(url)
  const kill = `sudo sh -c '
until ${RESTORING}; do sleep 0.2; done
pkill -9 -f "[p]adlock/backup restore"
while test -e /srv/volume/backup/restore.json; do sleep 1; done
systemctl show --property=Result --value padlock-backup-resume.service
${RESTORING} && echo left || true'
`
  const restore = project.padlock('restore --stack dev --yes --no-backup')
  const [killed, ended] = await Promise.all([restore, onHost(host, kill)])
  console.log(killed.output)
  expect(killed.code).toBe(1)
  expect(ended.filter((line) => line)).toEqual(['success'])
  expect(await counted(url)).toBe(number + 1)
  await padlock('backup now --stack dev')
})

test.each([
  ['the newest backup', '', 'fra1'],
  ['its copy in a second region', ' --copy', COPY_REGION],
])(
  'a drill restores %s on a host of its own, with the same rows and files',
  async (_, copy, region) => {
    await padlock('backup now --stack dev')
    if (copy) await padlock('backup copy --stack dev')
    const said: DrillReceipt = JSON.parse(
      await padlock(`restore --drill${copy} --stack dev --json`),
    )
    expect(said.from).toContain(region)
    expect([said.problems, said.left]).toEqual([[], []])
    expect(said.steps.map(({ step }) => step)).toEqual(['up', 'retire', 'restore', 'check', 'down'])
    const own = await onHost(
      host,
      'sudo /usr/lib/padlock/database verify\nsudo /usr/lib/padlock/content\n',
    )
    const [rows, files] = own.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    expect(said.database).toMatchObject({ rows: rows.rows, hash: rows.hash, tables: rows.tables })
    expect(said.files).toMatchObject({ files: files.files, hash: files.hash })
    expect(rows.rows).toBeGreaterThan(5000)
    expect(files.files).toBeGreaterThan(0)
  },
)

test('the droplet is replaced: its successor has the rows and the app’s files', async () => {
  const { url } = await stack.outputs()
  const visits = await counted(url)
  const [before] = await sandbox.droplets()
  const { urn } = (await stack.state()).find(({ type }: { type: string }) =>
    type.endsWith(':Droplet'),
  )
  await stack.up(`--replace ${urn}`)
  const [after, ...others] = await sandbox.droplets()
  expect(others).toEqual([])
  expect(after.id).not.toBe(before.id)
  host = await hostOf((await stack.outputs()).sshCommand)
  expect((await onHost(host, inApp('cat /data/upload'))).filter((line) => line)).toEqual([
    'of the app',
  ])
  expect(await query(host, 'SELECT count(*), sum(n) FROM films;')).toContain('5000|12502500')
  expect(await counted(url)).toBe(visits + 1)
  expect(await onHost(host, inApp('echo again >>/data/upload; tail -1 /data/upload'))).toContain(
    'again',
  )
})

test('a destroy that names the volume leaves the buckets of its backups, and nothing else', async () => {
  stack.set({ allowDelete: ['volume'] })
  await stack.up()
  const { code, output } = await stack.run('destroy --yes --skip-preview')
  expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  expect(await sandbox.things()).toEqual([
    'spaces_bucket padlock-dev-backups-*',
    'spaces_bucket padlock-dev-backups-copy-*',
  ])
})
