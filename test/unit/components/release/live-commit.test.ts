/** Which commit is live, and who may replace it; git is the real one, in a repository of the test's. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { log } from '@pulumi/pulumi'
import { checkLive, type LiveOptions } from '../../../../components/release/live-commit.ts'
import { mockProviders } from '../mocks.ts'

const before = process.cwd()
let folder: string
let said: string[]
let commits: string[]

function git(...words: string[]): string {
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return execFileSync('git', [...person, ...words], { cwd: folder, encoding: 'utf8' }).trim()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-live-'))
  git('init', '--quiet')
  commits = ['one', 'two'].map((text) => {
    writeFileSync(join(folder, 'file'), text)
    git('add', '.')
    git('commit', '--quiet', '-m', text)
    return git('rev-parse', 'HEAD')
  })
  process.chdir(folder)
  said = []
  for (const level of ['info', 'warn'] as const) {
    jest.spyOn(log, level).mockImplementation(async (...[line]: [string, ...unknown[]]) => {
      said.push(`${level}: ${line}`)
    })
  }
})
afterEach(() => {
  process.chdir(before)
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

function check(live: string | undefined, more: Partial<LiveOptions> & { preview?: boolean } = {}) {
  const { preview = false, ...options } = more
  mockProviders(preview)
  const urn = 'urn:pulumi:dev::padlock::padlock:index:Release::padlock-dev'
  const outputs = { release: 'aaaaaaaaaaaa', ...(live && { commit: live }) }
  const state = live === undefined ? [] : [{ urn, type: 'padlock:index:Live', outputs }]
  return checkLive(state, { environment: 'Development', allowOlder: false, ...options })
}

test('a commit that is part of the one here is named and replaced', async () => {
  expect(await check(commits[0])).toBe(commits[1])
  expect(said).toEqual([`info: live: release aaaaaaaaaaaa of commit ${commits[0]}`])
})

test('a first update, and one over a state without a commit, go through', async () => {
  expect(await check(undefined)).toBe(commits[1])
  expect(await check('')).toBe(commits[1])
  expect(said).toEqual(['info: live: release aaaaaaaaaaaa of commit unknown'])
})

test.each([
  ['a later one', () => commits[1] ?? ''],
  ["a colleague's that was never fetched", () => 'f'.repeat(40)],
])('%s stops an update of an older commit, unless it is meant', async (_what, live) => {
  git('checkout', '--quiet', commits[0] ?? '')
  await expect(check(live())).rejects.toThrow(`commit ${live()} is live, and the commit here`)
  expect(await check(live(), { allowOlder: true })).toBe(commits[0])
  expect(await check(live(), { expires: new Date() })).toBe(commits[0])
  said = []
  await check(live(), { preview: true })
  expect(said[1]).toContain('warn: an update would be stopped: commit')
})

test('settings that a verb has just written do not stop its update of production; other files do', async () => {
  writeFileSync(join(folder, 'Pulumi.dev.yaml'), 'config: {}')
  git('add', '.')
  git('commit', '--quiet', '-m', 'settings')
  const here = git('rev-parse', 'HEAD')
  const options = { environment: 'Production', wroteSettings: true }
  writeFileSync(join(folder, 'Pulumi.dev.yaml'), 'config: { database: managed }')
  await expect(check(here, { ...options, wroteSettings: false })).rejects.toThrow('files differ')
  expect(await check(here, options)).toBe(`${here}-dirty`)
  writeFileSync(join(folder, 'file'), 'changed')
  await expect(check(here, options)).rejects.toThrow('files differ')
})

test('changed files stop an update of production, and are marked elsewhere', async () => {
  writeFileSync(join(folder, 'file'), 'changed')
  await expect(check(commits[1], { environment: 'Production' })).rejects.toThrow(
    'files differ from the commit here (settings count too), so nobody could tell what is live: git commit.',
  )
  expect(await check(commits[1])).toBe(`${commits[1]}-dirty`)
  expect(await check(`${commits[1]}-dirty`)).toBe(`${commits[1]}-dirty`)
})

test('without git nothing is stopped', async () => {
  rmSync(join(folder, '.git'), { recursive: true })
  expect(await check('f'.repeat(40), { environment: 'Production' })).toBeUndefined()
})
