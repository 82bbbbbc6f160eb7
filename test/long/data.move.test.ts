/**
 * What a stack's volume has, on its machine; then its rows go to a managed database and back, under visitors,
 * and a dump of that one is restored on the way.
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Listed } from '../../ops/backups/list.ts'
import { startTraffic } from '../e2e/traffic.ts'
import { openProject, type Project } from '../engine/support/project.ts'
import { environmentOf, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'
import { postgresql } from '../support/postgresql.ts'
import { postgresql17 } from '../support/postgresql-17.ts'
import type { Host } from './drill-rows.ts'
import { MIGRATE, visit } from './reference-app.ts'
import { volumeInUseTests } from './volume-in-use.ts'

jest.setTimeout(40 * 60_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
let host: Host
beforeAll(async () => {
  // The machine has 17, and rows go to no older version, whichever way.
  if (postgresql().version !== '17') process.env.PADLOCK_POSTGRESQL = postgresql17()
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  stack.set({
    ...{ size: 's-1vcpu-1gb', volume: 2, database: 'local', backups: 'spaces' },
    appVolumes: { '/data': 'data' },
    // An emulated processor has others beside it.
    readySeconds: 300,
    releaseCommand: MIGRATE,
  })
  await stack.up()
  settingsAreThere()
  host = {
    login: (await stack.outputs()).sshCommand as string,
    env: { ...process.env, ...(await environmentOf(sandbox)) },
  }
})
afterAll(() => sandbox?.stop())

/** The verbs read them, and change them. */
const settingsAreThere = () =>
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))

/** What the verb printed, and how long it took. */
async function padlock(words: string): Promise<string> {
  const { code, stdout, output, seconds } = await project.padlock(words)
  console.log(`${words}: ${seconds.toFixed(1)} s\n${output}`)
  expect(code).toBe(0)
  return words.includes('--json') ? stdout : output
}

volumeInUseTests(
  () => host,
  padlock,
  async (gib) => {
    const { url, ip } = await stack.outputs()
    const visitor = startTraffic(url!, ip!, sandbox.file.ca)
    stack.set({ volume: gib })
    await stack.up()
    const { sent, failed } = await visitor.stop()
    console.log(`the volume has grown: ${sent} requests, ${failed.length} failed`)
    expect([sent > 0, failed]).toEqual([true, []])
    settingsAreThere()
  },
)

/** The number of the visit of a user who logs in. */
async function counted(): Promise<number> {
  const { url } = await stack.outputs()
  return (await visit(url!, readFileSync(sandbox.file.ca, 'utf8'))).number
}

/** A move under a visitor of the public page; what the verb printed. */
async function move(words: string): Promise<string> {
  const { url, ip } = await stack.outputs()
  const visitor = startTraffic(url!, ip!, sandbox.file.ca)
  const { code, output, seconds } = await project.padlock(
    `database move --stack dev --yes ${words}`,
  )
  const { sent, failed, gap } = await visitor.stop()
  console.log(
    `database move ${words}: ${Math.round(seconds)} s; ${sent} requests, ${failed.length} failed, ` +
      `${gap.toFixed(1)} s at most between two answers\n${output}`,
  )
  expect([code, failed]).toEqual([0, []])
  return output
}

test('visits go on to be counted in a managed database', async () => {
  expect(await counted()).toBe(1)
  expect(await move('--to managed')).toMatch(/moved from local to managed: \d+ rows of 2 tables/)
  expect(await counted()).toBe(2)
})

test('what was written since a dump is gone once that is restored, and kept beside', async () => {
  await padlock('backup now --stack dev')
  const listed: Listed[] = JSON.parse(await padlock('backup list --json --stack dev'))
  const dumps = listed.find((one) => one.what === 'managed database' && one.where === 'bucket')
  const label = dumps?.backups.at(-1)?.label
  expect(await counted()).toBe(3)
  const said = await padlock(`restore --backup ${label} --stack dev --yes`)
  expect(said).toMatch(new RegExp(`^database: as of 2.* from backup ${label}`, 'm'))
  expect(said).toMatch(/^what was replaced is the database app_former beside it/m)
  expect(said).not.toMatch(/^but /m)
  expect(await counted()).toBe(3)
})

test('and on the host again, with those that were made meanwhile', async () => {
  expect(await move('--to local --replace')).toMatch(/moved from managed to local: \d+ rows of 2/)
  expect(await counted()).toBe(4)
})
