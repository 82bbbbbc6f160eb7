/** A stack with a database and backups whose droplet is replaced: what its hosts are told, and when. */
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev', { shortSleep: true })
  const kept = { database: 'local', backups: 'spaces', backupRegion: 'fra1' }
  stack.set({ volume: 10, ...kept, image: '12345' })
  await stack.up()
})
afterAll(() => sandbox.stop())

const droplet = async (): Promise<number> => (await sandbox.droplets())[0]?.id
const TOLD =
  /\/padlock\/(release prepare|volume \w+|database up archived|backup up|release [0-9a-f]{12})/
/** Of the steps of a hand-over, in order. */
const told = (id: number) =>
  sandbox.commands(id).flatMap((line) => TOLD.exec(line)?.[1]?.replace(/ [0-9a-f]{12}$/, '') ?? [])

test('the new host has its image, then the volume, the database, the order and the release; nothing else', async () => {
  const old = await droplet()
  stack.set({ image: 'debian-13-x64' })
  await stack.up()
  const after = await droplet()
  expect(after).not.toBe(old)
  expect(told(after)).toEqual([
    ...['release prepare', 'volume mount', 'database up archived', 'backup up', 'release'],
  ])
  // The last backup is a part of that, as padlock-volume has it.
  const done = sandbox.volumes().slice(-3)
  expect(done).toEqual([`${old} unmount`, `${after} mount`, `${after} release`])
  await stack.up('--expect-no-changes')
})
