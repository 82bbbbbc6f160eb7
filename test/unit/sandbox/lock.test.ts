import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockHolder, tryLock, withLock } from '../../../sandbox/lock.ts'
import { startMark } from '../../../sandbox/processes.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(dir, 'lock')
})
afterEach(() => rmSync(dir, { recursive: true }))

const silent = () => {}
const gone = () => Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))

test('one has it after the other, and whoever waits says for whom', async () => {
  const done: string[] = []
  const said: string[] = []
  let end = () => {}
  const held = new Promise<void>((resolve) => {
    end = resolve
  })
  const first = withLock(path, silent, async () => {
    await held
    done.push('first')
  })
  while (!existsSync(path)) await new Promise((next) => setTimeout(next, 5))
  expect(await lockHolder(path)).toEqual({ pid: process.pid, started: startMark(process.pid) })
  const second = withLock(
    path,
    (line) => {
      said.push(line)
      end()
    },
    async () => done.push('second'),
  )
  await Promise.all([first, second])
  expect([done, said]).toEqual([
    ['first', 'second'],
    [`waiting for process ${process.pid}, which does the same (${path})`],
  ])
  expect([existsSync(path), await lockHolder(path)]).toEqual([false, undefined])
})

test.each([
  ['whose process is gone', () => JSON.stringify({ pid: gone(), started: 'boot/1' })],
  ['whose number another process has by now', () => `{"pid":${process.pid},"started":"boot/1"}`],
  ['without a process', () => '{}'],
  ['with a number alone, of an earlier version', () => String(gone())],
  ['that is empty', () => ''],
])('one %s does not count', async (_, text) => {
  writeFileSync(path, text())
  expect(await lockHolder(path)).toBeUndefined()
  expect(await withLock(path, silent, async () => 'done')).toBe('done')
  expect(existsSync(path)).toBe(false)
})

test('it is free again after work that fails', async () => {
  const fails = withLock(path, silent, async () => {
    throw new Error('no network')
  })
  await expect(fails).rejects.toThrow('no network')
  expect(await tryLock(path)).toEqual({ release: expect.any(Function) })
})
