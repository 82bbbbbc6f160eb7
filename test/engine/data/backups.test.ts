/** Backups: a bucket and a key of the stack's own, and an order that the host gets before its release. */

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { parse } from 'yaml'
import { startGateway } from '../../sandbox/spaces/gateway.ts'
import { clientOf as clientAt } from '../support/bucket.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(900_000)
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/backups.md'), 'utf8')
let sandbox: Sandbox
let stack: Stack
let project: Project
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  project = await openProject(sandbox)
  const backups = { backups: 'spaces', backupRegion: 'fra1', backupCopyRegion: 'nyc3' }
  stack.set({ volume: 10, database: 'local', ...backups, protect: undefined })
  await stack.up()
})
afterAll(() => sandbox.stop())

const droplet = async (): Promise<Json> => (await sandbox.droplets())[0]
const onHost = async (name: string) => sandbox.hostFile((await droplet()).id, name)
const order = async () => JSON.parse(await onHost('backup'))
const things = async (kind: string) => (await sandbox.things()).filter((one) => one.includes(kind))

const clientOf = (place: { endpoint: string; key: string; secret: string }) =>
  clientAt(sandbox, place)

/** Buckets are deleted only where they are empty. */
async function empty(
  ...places: { endpoint: string; bucket: string; key: string; secret: string }[]
) {
  for (const place of places) {
    const client = clientOf(place)
    const { Versions = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket: place.bucket }),
    )
    for (const { Key, VersionId } of Versions)
      await client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key, VersionId }))
    client.destroy()
  }
}

test('the host has its package and the order, after the database and before the release', async () => {
  expect(await onHost('installed')).toMatch(/^padlock-backup /m)
  const run = sandbox.commands((await droplet()).id)
  const first = (what: string) => run.findIndex((one) => one.includes(`/padlock/${what}`))
  expect(first('database up')).toBeLessThan(first('backup up'))
  const { id } = JSON.parse(await onHost('release.json'))
  expect(first('backup up')).toBeLessThan(first(`release ${id}`))
  expect(await order()).toMatchObject({
    ...{ database: true, files: false, keepDaily: 7, keepWeekly: 4, region: 'us-east-1' },
    ...{ endpoint: expect.stringMatching(/^fra1\.spaces\.sandbox\.localhost:\d+$/) },
  })
})

test('the host’s key writes into its bucket, which has versions, and cannot change that', async () => {
  const { bucket, key, secret, endpoint } = await order()
  const client = clientOf({ endpoint, key, secret })
  const at = { Bucket: bucket, Key: 'x' }
  const { VersionId } = await client.send(new PutObjectCommand({ ...at, Body: 'y' }))
  expect(VersionId).toMatch(/./)
  await client.send(new DeleteObjectCommand({ ...at, VersionId }))
  const ask = client.send(new GetBucketVersioningCommand({ Bucket: bucket }))
  await expect(ask).rejects.toThrow(/Access ?Denied/i)
  client.destroy()
})

test('the key for another host that restores reads the bucket, and this host has not got it', async () => {
  const { bucket, endpoint, ...host } = await order()
  const { backupReader, backupAccess } = (await stack.outputs()) as Json
  const { key, secret, ...place } = backupReader
  expect({ ...backupAccess, key, secret }).toEqual(backupReader)
  expect(place).toMatchObject({ bucket, endpoint, passphrase: host.passphrase })
  expect(JSON.stringify(host)).not.toContain(key)
  expect(stack.stateFile()).not.toContain(secret)
  const [writer, reader] = [clientOf({ endpoint, ...host } as never), clientOf(backupReader)]
  const at = { Bucket: bucket, Key: 'read' }
  const { VersionId } = await writer.send(new PutObjectCommand({ ...at, Body: 'encrypted' }))
  const { Body } = await reader.send(new GetObjectCommand(at))
  expect(await Body?.transformToString()).toBe('encrypted')
  for (const command of [
    new PutObjectCommand({ ...at, Body: 'evil' }),
    new DeleteObjectCommand(at),
  ])
    await expect(reader.send(command as never)).rejects.toThrow(/Access ?Denied/i)
  await writer.send(new DeleteObjectCommand({ ...at, VersionId }))
  for (const one of [writer, reader]) one.destroy()
})

test('neither key nor passphrase is in plain text in the state, or in a command', async () => {
  const { secret, passphrase } = await order()
  for (const text of [stack.stateFile(), sandbox.commands((await droplet()).id).join('\n')]) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(passphrase)
  }
  const outputs = (await stack.outputs()) as Json
  expect(outputs.backupPassphrase).toBe(passphrase)
  const { database, files, beside, keepDaily, keepWeekly, ...access } = await order()
  expect(outputs.backupAccess).toEqual(access)
  expect(outputs.backups).toMatch(/^fra1\.spaces\.sandbox\.localhost:\d+\/padlock-dev-backups-/)
})

test('what a host is told to restore from, its own backups or those of a file, and no secret is seen', async () => {
  const verb = async (words: string) => {
    const ran = await project.padlock(words)
    if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
    return ran
  }
  const { id } = await droplet()
  const at = '2026-11-29T03:00:00Z'
  const own = await verb(`restore --stack dev --at ${at} --yes`)
  expect(own.stdout).toContain('dev is restored, after 14.2 s, of which 1.5 s without service')
  expect(own.output).toContain('restored, after 1.5 s without service\n')
  const moment = '2026-11-29T03:00:00.000Z'
  const nothing = { source: null, label: null, backUpBefore: true }
  expect(JSON.parse(sandbox.hostFile(id, 'restore'))).toEqual({ ...nothing, at: moment })

  const { backupAccess } = (await stack.outputs()) as Json
  const kept = join(project.folder, 'kept.json')
  writeFileSync(kept, JSON.stringify(backupAccess), { mode: 0o600 })
  await verb('restore --from kept.json --to dev --no-backup --yes')
  expect(JSON.parse(sandbox.hostFile(id, 'restore'))).toEqual({
    ...{ source: backupAccess, at: null, label: null, backUpBefore: false },
    // Nothing says what such a file's stack has: a dump would go into the host's database.
    into: {
      kind: 'local',
      user: 'app',
      password: (await onHost('database')).trim(),
      storageMiB: 0,
    },
  })
  expect(sandbox.commands(id).join('\n')).not.toContain(backupAccess.secret)
})

test('the backups are copied to a second region, of which the host has no key', async () => {
  const host = await order()
  const { backupCopy, backupCopyAccess } = (await stack.outputs()) as Json
  const { to } = backupCopy
  expect(to.endpoint).toMatch(/^nyc3\.spaces\.sandbox\.localhost:\d+$/)
  expect(backupCopyAccess).toMatchObject({
    ...{ endpoint: to.endpoint, bucket: to.bucket, passphrase: host.passphrase },
    prefix: 'padlock-dev',
  })
  for (const { key, secret } of [to, backupCopyAccess]) {
    expect(JSON.stringify(host)).not.toContain(key)
    expect(stack.stateFile()).not.toContain(secret)
  }
  const first = clientOf(host)
  const Key = 'padlock-dev/files/config'
  await first.send(new PutObjectCommand({ Bucket: host.bucket, Key, Body: 'encrypted' }))
  const copy = () => project.padlock('backup copy --stack dev')
  const once = await copy()
  expect([once.code, once.output]).toEqual([
    0,
    expect.stringMatching(/ has the backups of dev: 1 objects \(9 bytes\) copied, 0 there already/),
  ])
  expect((await copy()).output).toContain(': 0 objects (0 bytes) copied, 1 there already')
  first.destroy()
})

test('nothing changes where nothing did', async () => {
  expect(await stack.preview()).toEqual([])
})

test('the state is put beside the backups, and one that is lost comes back from there', async () => {
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  const put = await project.padlock('backup state --stack dev')
  const said = 'the state of dev is in its bucket and on its volume\n'
  expect([put.code, put.output]).toEqual([0, said])
  const kept = JSON.parse(await onHost('state'))
  expect(kept).toMatchObject({ stack: 'dev', settings: readFileSync(stack.configFile, 'utf8') })
  const { secret, passphrase } = await order()
  for (const one of [secret, passphrase]) expect(kept.export).not.toContain(one)

  // As docs/worst-day.md has it.
  const file = join(sandbox.dir, 'recovered.json')
  writeFileSync(file, kept.export)
  const all = ['rm --yes --force --preserve-config', 'init', `import --file ${file}`]
  for (const words of all) expect(await stack.run(`stack ${words}`)).toMatchObject({ code: 0 })
  expect(await stack.preview()).toEqual([])
  expect(await stack.outputs()).toMatchObject({ backupPassphrase: passphrase })
})

test('status says by its exit code whether a backup is missing', async () => {
  const told = (state: string) => {
    const one = { what: 'database bucket', state, last: '2026-11-20T01:10:00Z' }
    const all = { backups: [{ ...one, failed: null, problem: null }] }
    writeFileSync(join(sandbox.dir, 'machines/trouble/backups.json'), JSON.stringify(all))
  }
  const status = async (more = '') => project.padlock(`status --stack dev ${more}`.trim())
  told('good')
  expect(await status('--quiet')).toMatchObject({ code: 0, output: '' })
  told('late')
  const quiet = await status('--quiet')
  expect([quiet.code, quiet.output]).toEqual([
    3,
    expect.stringMatching(/^backup: database bucket 2026-11-20 .*, older than 26 hours\n$/),
  ])
  const { code, output } = await status()
  expect([code, output]).toEqual([
    3,
    expect.stringMatching(
      /26 hours\n {2}state: no export yet: \.\/padlock backup state --stack dev\n {2}last drill {2}none yet: \.\/padlock restore --drill --stack dev\n {2}last copy {3}\S+ \S+Z \(0 hours ago\)\n\npackages on the host\n/,
    ),
  ])
})

test('a stack without an expiry keeps its bucket and keys, and the receipt lists them', async () => {
  const { code, output } = await project.padlock('env down dev')
  expect([code, output]).toEqual([1, expect.stringContaining('dev was not touched')])
  expect(output).toMatch(/^ {2}bucket +padlock-dev-backups-\w+$/m)
  expect(output).toMatch(/^ {2}spaces key +padlock-dev-buckets \(/m)
  expect(output).toMatch(/^ {2}spaces key +padlock-dev-backups \(/m)
  expect(output).toMatch(/^ {2}spaces key +padlock-dev-backups-reader \(/m)
})

test('a drill of the copy is of the second bucket, and is made in its region', async () => {
  const before = await sandbox.things()
  const own: Json[] = await sandbox.droplets()
  const regions = new Set<string>()
  const drill = project.padlock('restore --drill --copy --stack dev --json')
  let isOver = false
  const end = () => {
    isOver = true
  }
  drill.then(end, end)
  while (!isOver) {
    for (const { id, region } of (await sandbox.droplets()) as Json[])
      if (!own.some((one) => one.id === id)) regions.add(region.slug)
    await sleep(500)
  }
  const { code, stdout, output } = await drill
  expect([...regions]).toEqual(['nyc3'])
  expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  const { backupCopyAccess } = (await stack.outputs()) as Json
  const told = readFileSync(join(sandbox.dir, 'machines/trouble/restored.told'), 'utf8')
  const { key, secret, ...place } = JSON.parse(told).source
  expect({ ...place, ...{ key: backupCopyAccess.key, secret: backupCopyAccess.secret } }).toEqual(
    backupCopyAccess,
  )
  expect(JSON.parse(stdout).from).toBe(`${place.endpoint}/${place.bucket}`)
  expect(await sandbox.things()).toEqual(before)
})

test('a drill restores to an environment of its own, which loses its app and is gone afterwards', async () => {
  const before = await sandbox.things()
  const { code, stdout, output } = await project.padlock('restore --drill --stack dev --json')
  expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ stack: 'dev', environment: expect.stringMatching(/^drill-\d{8}-\d{4}$/) },
    steps: ['up', 'retire', 'restore', 'check', 'down'].map((step) => ({ step })),
    database: { label: '20261129-010000F', rows: 1000, hash: '5e1f', seconds: 9.9 },
    ...{ problems: [], left: [] },
  })
  const { source, ...asked } = JSON.parse(
    readFileSync(join(sandbox.dir, 'machines/trouble/restored.told'), 'utf8'),
  )
  expect(asked).toEqual({
    ...{ at: null, label: null, backUpBefore: false, database: true, files: false },
  })
  const { backupAccess, backupReader } = (await stack.outputs()) as Json
  const { key, secret, ...place } = source
  expect({ ...backupAccess, key, secret }).toEqual(source)
  // It may only read, and is gone by now.
  expect([key, secret]).not.toContain(backupAccess.key)
  expect([key, secret]).not.toContain(backupReader.key)
  for (const one of [secret, place.passphrase]) expect(output).not.toContain(one)
  expect(await sandbox.things()).toEqual(before)
  const { bucket, endpoint } = backupAccess
  expect((await project.padlock('status --stack dev')).output).toMatch(
    new RegExp(`^  last drill  \\S+ \\S+Z \\(0 days ago\\), from ${endpoint}/${bucket}$`, 'm'),
  )
})

/** What an update must refuse before anything of accounts, host and state has changed. */
async function refused(change: Record<string, unknown>, words: string[]) {
  const undo = stack.set(change)
  const { id } = await droplet()
  const all = async () => [await sandbox.things(), sandbox.commands(id), await order()]
  const before = await all()
  await sandbox.writes()
  for (const command of ['preview', 'up --yes --skip-preview']) {
    const { code, output } = await stack.run(command)
    expect(code).not.toBe(0)
    for (const one of words) expect(output.replace(/\s+/g, ' ')).toContain(one)
  }
  expect(await sandbox.writes()).toEqual([])
  expect(await all()).toEqual(before)
  undo()
}
const NONE = { backups: undefined, backupCopyRegion: undefined }
const CONSENT = "pulumi config set --path 'allowDelete[0]' backups"

test('without consent neither bucket nor passphrase goes, and the refusal names the key and the way', async () => {
  await refused(NONE, [
    'backups is not set, but this stack has backups in fra1.spaces.sandbox.localhost',
    'would delete the bucket padlock-dev-backups-',
    'pulumi stack output backupAccess --show-secrets > access.json',
    CONSENT,
  ])
  await refused({ backupRegion: 'ams3' }, ['= "ams3" is not where the stack\'s bucket', CONSENT])
  await refused({ backupCopyRegion: undefined }, [
    'backupCopyRegion is not set, but this stack has a copy of its backups',
    CONSENT,
  ])
  const state = await stack.state()
  const guarded = state.filter(({ type, protect }: Json) => protect && /:Spaces|:Random/.test(type))
  expect(guarded.map(({ urn }: Json) => urn.split('::').at(-1)).sort()).toEqual([
    ...['padlock-dev-backups', 'padlock-dev-backups', 'padlock-dev-backups-copy'],
  ])
})

test('a lower number is told before it deletes any', async () => {
  const undo = stack.set({ keepWeekly: 3 })
  const { code, output } = await stack.run('preview')
  undo()
  expect([code, output.replace(/\s+/g, ' ')]).toEqual([
    0,
    expect.stringContaining('keepWeekly goes from 4 to 3: what is older goes with the next backup'),
  ])
})

test('an update that fails before they are ended leaves them ordered, and the package there', async () => {
  const { backupAccess, backupCopy } = (await stack.outputs()) as Json
  await empty(backupAccess, backupCopy.to)
  stack.set({ allowDelete: ['backups'], volume: 12 })
  await stack.up()
  // A part of the volume is for log that waits for the bucket.
  const run = sandbox.commands((await droplet()).id)
  const last = (what: string) => run.findLastIndex((one) => one.includes(`/padlock/${what}`))
  expect(last('volume mount')).toBeGreaterThan(last('release '))
  expect(last('backup up # with 12 GiB')).toBeGreaterThan(last('volume mount'))
  const before = await order()
  const undo = stack.set({ ...NONE, allowDelete: undefined })
  sandbox.fail('backup-end', 'the host is busy')
  const { code, output } = await stack.run('up --yes --skip-preview')
  sandbox.mend()
  expect([code, output]).toEqual([expect.any(Number), expect.stringContaining('the host is busy')])
  expect(code).not.toBe(0)
  expect(await onHost('installed')).toMatch(/^padlock-backup /m)
  undo()
  await stack.up()
  expect(await order()).toEqual(before)
  expect(await onHost('installed')).toMatch(/^padlock-backup /m)
})

test('by consent they go, with keys and order; set again, the host gets an order again', async () => {
  const { passphrase } = await order()
  const undo = stack.set({ ...NONE, allowDelete: undefined })
  await stack.up()
  expect([...(await things('spaces_bucket')), ...(await things('spaces_key'))]).toEqual([])
  const run = sandbox.commands((await droplet()).id)
  expect(run.some((one) => one.includes('/padlock/backup-end'))).toBe(true)
  await expect(order()).rejects.toThrow('ENOENT')
  expect(await onHost('installed')).not.toMatch(/^padlock-backup /m)
  undo()
  await stack.up()
  expect((await order()).passphrase).not.toBe(passphrase)
  stack.set({ ...NONE, allowDelete: undefined })
  await stack.up()
})

test('a bucket of another S3 is asked before anything changes, and the host gets the key to it', async () => {
  const gateway = await startGateway('eu-central-1', sandbox.dir)
  try {
    await gateway.makeBucket('acme-backups')
    const { endpoint, region, key, secret } = gateway.place('acme-backups', 'root')
    const reader = gateway.place('acme-backups', 'other')
    await stack.run(`config set --secret backupAccessKey ${key}`)
    await stack.run(`config set --secret backupSecretKey ${secret}`)
    const { config } = parse(readFileSync(stack.configFile, 'utf8'))
    stack.set({
      ...{ backups: 's3', backupBucket: 'acme-backups', backupEndpoint: endpoint },
      ...{ backupRegion: region, backupAccessKey: config['padlock:backupAccessKey'] },
      backupSecretKey: config['padlock:backupSecretKey'],
    })
    const unversioned = await stack.run('up --yes --skip-preview')
    expect(unversioned.code).not.toBe(0)
    expect(unversioned.output).toContain('backupBucket = "acme-backups" has no versions')
    await gateway.enableVersions('acme-backups')
    await stack.run('config set --secret backupReaderAccessKey other')
    await stack.run(`config set --secret backupReaderSecretKey ${reader.secret}`)
    const readers = parse(readFileSync(stack.configFile, 'utf8')).config
    stack.set({
      backupReaderAccessKey: readers['padlock:backupReaderAccessKey'],
      backupReaderSecretKey: readers['padlock:backupReaderSecretKey'],
    })
    const closed = await stack.run('up --yes --skip-preview')
    expect(closed.output).toContain('backupReaderAccessKey may not list the bucket acme-backups')
    const { policy } =
      /```json\n(?<policy>[^`]*"s3:GetObject"\][^`]*)```/.exec(DOCUMENT)?.groups ?? {}
    await gateway.allow('acme-backups', policy ?? '', policy)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).toBe(0)
    expect(output).toContain('backupAccessKey may remove versions of objects')
    expect(output).not.toContain(secret)
    expect(await order()).toMatchObject({ endpoint, region, bucket: 'acme-backups', key, secret })
    expect([...(await things('spaces_bucket')), ...(await things('spaces_key'))]).toEqual([])
    expect(stack.stateFile()).not.toContain(secret)
    expect(stack.stateFile()).not.toContain(reader.secret)
    const { backupReader, backupAccess } = (await stack.outputs()) as Json
    expect(backupReader).toEqual({ ...backupAccess, key: 'other', secret: reader.secret })

    const keys = ['backupBucket', 'backupEndpoint', 'backupRegion', 'backupAccessKey']
    const more = ['backupSecretKey', 'backupReaderAccessKey', 'backupReaderSecretKey']
    const none = Object.fromEntries(['backups', ...keys, ...more].map((key) => [key, undefined]))
    await refused(none, [
      `this stack has backups in ${endpoint}/acme-backups and would delete the one passphrase`,
      'Allowed: s3, until they are given up',
      CONSENT,
    ])
    const { passphrase } = await order()
    await stack.up()
    expect((await order()).passphrase).toBe(passphrase)
    stack.set({ allowDelete: ['backups'] })
    await stack.up()
    stack.set({ ...none, allowDelete: undefined })
    await stack.up()
    await expect(order()).rejects.toThrow('ENOENT')
  } finally {
    await gateway.end()
  }
})
