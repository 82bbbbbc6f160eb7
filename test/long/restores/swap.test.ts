/** A swap in which something goes wrong: what was there runs on, and its log is handed on. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(600_000)

const fleet = newFleet()
let host: Stocked
let at: string
const upload = () => join(host.dir, 'volume/app/upload')
/** Runs a command of the shell before each exchange; one that fails is an error of the disk. */
const beforeSwap = (command: string) => writeFileSync(join(host.dir, 'before-_swap'), command)

beforeAll(async () => {
  host = await fleet.stocked('shop')
  writeFileSync(upload(), 'first')
  await host.insert(1, 10)
  await host.must('now')
  at = await host.moment()
  await host.insert(101, 105)
  writeFileSync(upload(), 'second')
})

async function isAsBefore(): Promise<void> {
  expect(await host.rows()).toBe('15|1|105')
  expect(readFileSync(upload(), 'utf8')).toBe('second')
  expect(existsSync(join(host.dir, 'data.restored'))).toBe(false)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
}

test('a server that another process starts meanwhile is not left on the folder that goes', async () => {
  beforeSwap('rm before-_swap; systemctl start postgresql@17-main.service')
  const { code, stderr } = await host.restore({ at, files: false })
  expect([code, stderr]).toEqual([1, expect.stringContaining('it was started meanwhile')])
  await isAsBefore()
})

test('a disk that fails between the exchange of the rows and that of the files', async () => {
  beforeSwap('test ! -e data/padlock-restored || { rm before-_swap; exit 1; }')
  const { code, stderr } = await host.restore({ at })
  expect([code, stderr]).toEqual([1, expect.stringContaining('what was there is back')])
  await isAsBefore()
})
