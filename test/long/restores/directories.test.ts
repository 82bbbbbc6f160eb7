/** Files that lack what the live release mounts: it has its directories before the app starts. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
const IMAGE = `r.example/app@sha256:${'b'.repeat(64)}`
let host: Stocked
/** Of the snapshot. */
let label: string
const at = (...path: string[]) => join(host.dir, ...path)
const cache = () => at('volume/app/cache')

/** A release is live that mounts these directories. */
function release(volumes: object): void {
  const manifest = {
    ...{ id: '3f2a9c01d2e4', source: { image: IMAGE }, env: {}, secrets: {}, host: 'a.example' },
    ...{ port: 0, memoryMiB: 64, pids: 9, readyPath: '/', readySeconds: 5, drainSeconds: 0 },
    volumes,
  }
  const kept = { when: '', commit: '', by: '', rolledBack: null, manifest }
  writeFileSync(at('releases/one.json'), JSON.stringify(kept))
  writeFileSync(at('live'), '')
}

beforeAll(async () => {
  host = await fleet.stocked('shop')
  mkdirSync(at('releases'))
  mkdirSync(at('volume/app/data'))
  writeFileSync(at('volume/app/data/upload'), 'first')
  await host.must('now')
  const listed: { what: string; backups: { label: string }[] }[] = JSON.parse(
    (await host.backup('list --json')).stdout,
  )
  label = listed.find(({ what }) => what === 'files')?.backups[0]?.label ?? ''
})
beforeEach(() => {
  rmSync(at('calls'), { force: true })
  rmSync(at('no-podman'), { force: true })
  mkdirSync(cache(), { recursive: true })
  release({ '/data': 'data', '/cache': 'cache' })
})

/** From the end of the app on, without units of the host. */
const calls = () =>
  readFileSync(at('calls'), 'utf8')
    .split('\n')
    .filter((line) => /^(app|podman) /.test(line))
const order = () => ({ label, backUpBefore: false })
const PREPARED = [
  expect.stringMatching(
    `^podman create .*/volume/app/data:/data:U .*/volume/app/cache:/cache:U ${IMAGE}`,
  ),
  ...['podman init app-3f2a9c01d2e4-volumes', expect.stringMatching('^podman rm ')],
]

test('a directory that is newer than the snapshot, and the owner of all', async () => {
  const { code, stderr, told } = await host.restore(order())
  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect([told.problems, told.appReady]).toEqual([[], true])
  expect(readFileSync(at('volume/app/data/upload'), 'utf8')).toBe('first')
  expect(existsSync(cache())).toBe(true)
  expect(calls()).toEqual(['app ended', ...PREPARED, 'app started'])
})

test('killed before it is made: whoever ends the restore makes it, and the app waits for that', async () => {
  writeFileSync(at('cut'), 'prepare')
  expect((await host.restore(order())).code).toBe(137)
  expect([existsSync(cache()), existsSync(at('volume/backup/swapping'))]).toEqual([false, true])
  expect(calls()).toEqual(['app ended'])
  expect(await host.backup('resume')).toMatchObject({ code: 0 })
  expect(existsSync(cache())).toBe(true)
  expect(calls()).toEqual(['app ended', 'app ended', ...PREPARED, 'app started'])
})

test('where Podman fails the files are there all the same, and it is told why the app is not', async () => {
  writeFileSync(at('no-podman'), 'no such image')
  const { code, stderr, told } = await host.restore(order())
  const problem = 'the directories of the app are not as its release needs them: no such image'
  expect([code, stderr]).toEqual([0, expect.stringContaining(problem)])
  expect([told.problems, told.appReady]).toEqual([[problem], false])
  expect(readFileSync(at('volume/app/data/upload'), 'utf8')).toBe('first')
  expect(calls().at(-1)).toBe('app started')
})

test('Podman is not asked where no release is live', async () => {
  rmSync(at('live'))
  expect((await host.restore(order())).code).toBe(0)
  expect(calls()).toEqual(['app ended', 'app started'])
})

test('nor of a restore of the rows alone', async () => {
  const { code } = await host.restore({ files: false, backUpBefore: false })
  expect([code, calls()]).toEqual([0, ['app ended', 'app started']])
})
