/** An ephemeral environment's managed database: gone with it, and with a lost state too. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let given: string[]
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  const file = join(project.folder, 'Pulumi.preview.yaml')
  const { config, ...rest } = parse(readFileSync(file, 'utf8'))
  writeFileSync(file, stringify({ ...rest, config: { ...config, 'padlock:database': 'managed' } }))
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  given = await sandbox.things()
})
afterAll(() => sandbox?.stop())

const must = async (words: string): Promise<Json> => {
  const ran = await project.padlock(`${words} --json`)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return JSON.parse(ran.stdout)
}
const ours = async () => (await sandbox.things()).filter((thing) => !given.includes(thing))

test('a teardown takes the cluster, and the receipt counts it', async () => {
  await must('env up pr-1 --ttl 1h')
  expect(await ours()).toContain('database padlock-pr-1-*')
  const receipt = await must('env down pr-1')
  expect(receipt.left).toEqual([])
  const removed = receipt.removed.map(({ kind, name }: Json) => `${kind} ${name}`)
  expect(removed).toContain('database padlock-pr-1-abc1234')
  expect(await ours()).toEqual([])
})

test('a cluster whose state was lost goes by the API', async () => {
  await must('env up pr-1 --ttl 1h')
  rmSync(join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json'))
  const receipt = await must('env down pr-1')
  expect(receipt.removed.map(({ kind }: Json) => kind)).toContain('database')
  expect(await ours()).toEqual([])
})
