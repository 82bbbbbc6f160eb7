/** A destroy whose protection was lifted leaves what was not named, with a receipt that says how it is opened. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { clientOf } from '../support/bucket.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(900_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'live')
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  stack.set({
    ...{ subdomain: 'www', manageZone: false, environment: 'Production', protect: undefined },
    ...{ volume: 10, database: 'local', databaseBeside: 'managed' },
    ...{ backups: 'spaces', backupRegion: 'fra1', backupCopyRegion: 'nyc3' },
  })
  await stack.up()
})
afterAll(() => sandbox.stop())

const KINDS = /^(volume|database|spaces_bucket) /
const data = async () => (await sandbox.things()).filter((one) => KINDS.test(one))
const order = async () =>
  JSON.parse(sandbox.hostFile((await sandbox.droplets())[0].id, 'backup')) as Json
const at = (bucket: string) => ({ Bucket: bucket, Key: 'padlock-live/files/config' })
/** What a host needs for its last backup: its order, that order's key, and the app's login at the cluster. */
async function canBackUp(cluster: string): Promise<boolean[]> {
  const { key } = await order()
  const { keys } = await sandbox.digitalocean('GET', '/spaces/keys')
  const { users } = await sandbox.digitalocean('GET', `/databases/${cluster}/users`)
  return [
    keys.some((one: Json) => one.access_key === key),
    users.some(({ name }: Json) => name === 'app'),
  ]
}
const oneLine = (text: string) => text.replace(/\s+/g, ' ')

test('lifted, an update says what the destroy will take, and no setting loses anything', async () => {
  const { bucket, ...place } = await order()
  const client = clientOf(sandbox, place)
  await client.send(new PutObjectCommand({ ...at(bucket), Body: 'encrypted' }))
  client.destroy()
  stack.set({ protect: false })
  const { output } = await stack.up()
  expect(oneLine(output)).toContain(
    'their passphrase goes with the state. Before one: (umask 077; pulumi stack output backupAccess',
  )
  const without = [
    { backups: undefined, backupCopyRegion: undefined },
    { databaseBeside: undefined },
    { backupRegion: 'ams3' },
  ]
  for (const change of without) {
    const undo = stack.set(change)
    expect((await stack.run('up --yes --skip-preview')).code).not.toBe(0)
    undo()
  }
  expect(await data()).toHaveLength(4)
})

test('a last backup can be made; volume, cluster and buckets are there afterwards, and the receipt lists them', async () => {
  const { bucket, endpoint } = await order()
  const [{ id: cluster }] = (await sandbox.digitalocean('GET', '/databases')).databases
  const firewall = await sandbox.digitalocean('GET', `/databases/${cluster}/firewall`)
  const before = await data()
  const copy = before.find((one) => one.includes('-backups-copy-'))?.split(' ')[1] ?? 'none'
  sandbox.hold('volume-unmount')
  const destroyed = stack.run('destroy --yes --skip-preview')
  // It begins with the last backup (host/padlock-volume).
  await Promise.race([sandbox.reached('volume-unmount'), destroyed])
  const could = await canBackUp(cluster).catch(({ message }: Error) => message)
  sandbox.mend()
  const { code, output } = await destroyed
  expect([code, output]).toEqual([0, output])
  expect(could).toEqual([true, true])
  expect(await data()).toEqual(before)
  const said = oneLine(output)
  expect(said).toContain('last backup made: files volume, files bucket')
  expect(said).toMatch(/the volume padlock-live-abc1234 \(\S+\) stays, with its files/)
  expect(said).toContain(`the database cluster padlock-live-abc1234 (${cluster}) stays`)
  expect(said).toContain(`the bucket ${bucket} at ${endpoint} stays, with the backups in it`)
  expect(said).toContain(`the bucket ${copy.replace('-*', '')}`)
  expect(said).toContain(`the backups in ${endpoint}/${bucket} stay, and their passphrase goes`)
  expect(said).toContain('pulumi stack output backupAccess --show-secrets')

  const { dbs } = await sandbox.digitalocean('GET', `/databases/${cluster}/dbs`)
  expect(dbs.map(({ name }: Json) => name)).toContain('app')
  expect(await sandbox.digitalocean('GET', `/databases/${cluster}/firewall`)).toEqual(firewall)
  const { keys } = await sandbox.digitalocean('GET', '/spaces/keys')
  expect(keys).toEqual([])
  await sandbox.control.setLimits({ spaces: { newKeySeconds: 0 } })
  const grants = [{ bucket, permission: 'read' }]
  const made = await sandbox.digitalocean('POST', '/spaces/keys', { name: bucket, grants })
  const { access_key: key, secret_key: secret } = made.key
  const client = clientOf(sandbox, { endpoint, key, secret })
  const { Body } = await client.send(new GetObjectCommand(at(bucket)))
  expect(await Body?.transformToString()).toBe('encrypted')
  client.destroy()
  await sandbox.digitalocean('DELETE', `/spaces/keys/${key}`)
})

test('named, all of it goes, and an update says before it that a bucket must be empty', async () => {
  const others = await data()
  const named = await openStack(sandbox, 'next')
  named.set({
    ...{ subdomain: 'next', manageZone: false, protect: false },
    ...{ volume: 10, database: 'local', backups: 'spaces', backupRegion: 'fra1' },
    allowDelete: ['volume', 'database', 'backups'],
  })
  await named.up()
  const { output } = await named.up()
  expect(oneLine(output)).toMatch(/in the panel: empty padlock-next-backups-\w+, older versions/)
  const { code, output: said } = await named.run('destroy --yes --skip-preview')
  expect([code, said]).toEqual([0, said])
  expect(said).not.toMatch(/\bstays?\b/)
  expect(await data()).toEqual(others)
})

test('where the accounts are the project’s alone, env down removes volumes and names a bucket', async () => {
  const others = await data()
  const dev = await openStack(sandbox, 'other')
  dev.set({
    ...{ subdomain: 'other', manageZone: false, protect: false },
    ...{ volume: 10, database: 'local', backups: 'spaces', backupRegion: 'fra1' },
  })
  await dev.up()
  copyFileSync(dev.configFile, join(project.folder, 'Pulumi.other.yaml'))
  const { code, stdout, output } = await project.padlock('env down other --json')
  expect([code, output]).toEqual([1, output])
  const { removed, left } = JSON.parse(stdout)
  const name = expect.stringMatching(/^padlock-other-backups-/)
  expect(left).toEqual([{ kind: 'bucket', name, id: name }])
  const kinds = removed.map(({ kind }: Json) => kind)
  expect(kinds.filter((kind: string) => kind === 'volume')).toHaveLength(1)
  expect(kinds).not.toContain('bucket')
  expect(await data()).toHaveLength(others.length + 1)
})
