/** A loss of power with a disk that tells the truth: logs that a real QEMU has written. */
import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Droplet } from '../../../sandbox/machine/droplet.ts'
import { type Entry, readLog } from '../../../sandbox/machine/power-loss/log.ts'
import { replay } from '../../../sandbox/machine/power-loss/replay.ts'
import { mulberry32 } from '../../../sandbox/random.ts'
import { openStill, type Still } from './still.ts'

jest.setTimeout(240_000)

const DATA = '4b1f0c2e-7d9a-4c1b-8f2e-0a1b2c3d4e5f'
const KIB = 1024
const MIB = 1024 ** 2

let still: Still
let droplet: Droplet

beforeEach(async () => {
  still = await openStill()
  await still.volumes.create(DATA, 1)
  droplet = await still.machine(1, true)
  await still.volumes.attach(1, { id: DATA, name: 'data' })
})
afterEach(() => still.close())

const path = (name = `${DATA}.raw`) => join(still.folder, 'volumes', name)
async function io(...commands: string[]): Promise<string> {
  let output = ''
  for (const command of commands) output += await still.io(droplet, DATA, command)
  return output
}
/** The byte that each KiB of the range begins with, in hexadecimal. */
function bytes(from: number, to: number, file = path()): string {
  const fd = openSync(file, 'r')
  const block = Buffer.alloc((to - from) * KIB)
  readSync(fd, block, 0, block.length, from * KIB)
  closeSync(fd)
  return Array.from({ length: to - from }, (_, i) => block.subarray(i * KIB, i * KIB + 1))
    .map((byte) => byte.toString('hex'))
    .join(' ')
}

test('what was flushed is there after it, and nothing that came later', async () => {
  await io('write -P 0x11 0 16k', 'write -P 0x12 1M 4k')
  await still.volumes.log(DATA)
  await io('write -P 0x22 0 4k', 'write -z -u 8k 4k', 'discard 1M 4k', 'flush')
  await io('write -P 0x33 4k 4k', 'write -P 0x44 0 1k', 'discard 12k 4k')
  await droplet.cutPower()
  expect(droplet.on).toBe(false)
  // QEMU's own file has it all: the computer did not lose its power.
  expect(bytes(0, 5)).toBe('44 22 22 22 33')

  expect(await still.volumes.replay(DATA)).toEqual({
    ...{ flushes: 1, safeBytes: 8 * KIB, looseBytes: 5 * KIB, survivedBytes: 0 },
  })
  expect(bytes(0, 16)).toBe(
    [
      ...Array(4).fill('22'),
      ...Array(4).fill('11'),
      ...Array(4).fill('00'),
      ...Array(4).fill('11'),
    ].join(' '),
  )
  expect(bytes(KIB, KIB + 4)).toBe('00 00 00 00')
  const { size, blocks, mode } = statSync(path())
  expect([size, blocks * 512 < 8 * MIB, mode & 0o777]).toEqual([1024 * MIB, true, 0o600])
  expect(await readdir(join(still.folder, 'volumes'))).toEqual([`${DATA}.raw`])
  await expect(still.volumes.replay(DATA)).rejects.toThrow(`nothing was logged of volume ${DATA}`)
})

test('without a flush the volume is as it was when the log began', async () => {
  await io('write -P 0x11 0 4k')
  await still.volumes.log(DATA)
  await io('write -P 0x22 0 4k')
  await droplet.cutPower()
  expect(await still.volumes.replay(DATA)).toMatchObject({ flushes: 0, safeBytes: 0 })
  expect(bytes(0, 4)).toBe('11 11 11 11')
})

test('a machine that runs goes on running, and what it wrote before the log is safe', async () => {
  const running = async () =>
    (await droplet.monitor((qmp) => qmp.execute('query-status'))) as { running: boolean }
  // Its firmware finds nothing to boot.
  await droplet.monitor((qmp) => qmp.execute('cont'))
  expect(await running()).toMatchObject({ running: true })
  await io('write -P 0x11 0 4k')
  await still.volumes.log(DATA)
  expect(await running()).toMatchObject({ running: true })
  await io('write -P 0x22 4k 4k', 'flush', 'write -P 0x33 8k 4k')
  await droplet.cutPower()
  expect(await still.volumes.replay(DATA)).toMatchObject({ flushes: 1, looseBytes: 4 * KIB })
  expect(bytes(0, 12)).toBe('11 11 11 11 22 22 22 22 00 00 00 00')
})

test('of later writes a seed has some pieces survive, whole ones, and the same each time', async () => {
  await still.volumes.log(DATA)
  await io('write -P 0x11 0 256k', 'flush', 'write -P 0x22 2k 128k')
  await droplet.cutPower()
  const [log, base] = [path(`${DATA}.log`), path(`${DATA}.base.raw`)]
  const again = join(still.folder, 'again.raw')
  const survivors = async (seed: number) => {
    writeFileSync(again, '')
    return { ...(await replay(again, log, seed)), what: bytes(0, 256, again) }
  }
  const [one, same, other] = [await survivors(1), await survivors(1), await survivors(2)]
  expect(same).toEqual(one)
  expect(other.what).not.toBe(one.what)
  expect(one.looseBytes).toBe(128 * KIB)
  expect(one.survivedBytes).toBeGreaterThan(16 * KIB)
  expect(one.survivedBytes).toBeLessThan(112 * KIB)
  // By the disk's own blocks: the write's first and last pieces are halves.
  const blocks = one.what.match(/(\w\w ?){4}/g)?.map((block) => block.trim())
  expect(new Set(blocks?.slice(1, 32))).toEqual(new Set(['11 11 11 11', '22 22 22 22']))
  expect(one.what.split(' ').filter((byte) => byte === '22')).toHaveLength(one.survivedBytes / KIB)
  expect(existsSync(base)).toBe(true)
})

test('many requests at once, of every kind, are told apart', async () => {
  await still.volumes.log(DATA)
  const commands = Array.from({ length: 64 }, (_, i) =>
    i % 8 === 7
      ? `aio_write -z ${i * 64}k 32k`
      : `aio_write -P ${i + 1} ${i * 64}k ${4 + (i % 5) * 4}k`,
  )
  await droplet.monitor(async (qmp) => {
    const device = `v${DATA.replaceAll('-', '').slice(0, 30)}`
    for (const command of commands) await qmp.human(`qemu-io -d ${device} "${command}"`)
  })
  await io('aio_flush', 'flush')
  await droplet.cutPower()
  const file = await open(path(`${DATA}.log`), 'r')
  const entries: Entry[] = []
  for await (const entry of readLog(file)) entries.push(entry)
  await file.close()
  const writes = entries
    .filter(({ kind }) => kind === 'write')
    .map(({ offset, bytes }) => `${offset} ${bytes}`)
  expect(writes.sort()).toEqual(
    commands.map((_, i) => `${i * 64 * KIB} ${(i % 8 === 7 ? 32 : 4 + (i % 5) * 4) * KIB}`).sort(),
  )
  await still.volumes.replay(DATA)
  expect(
    bytes(0, 64 * 64)
      .split(' ')
      .filter((_, i) => i % 64 === 0),
  ).toEqual(commands.map((_, i) => (i % 8 === 7 ? '00' : (i + 1).toString(16).padStart(2, '0'))))
})

test('a request that was under way has no entry yet, or a part of its data at the end', async () => {
  await still.volumes.log(DATA)
  await io('write -P 0x11 0 4k', 'write -P 0x22 4k 4k', 'flush', 'write -P 0x33 8k 4k')
  await droplet.cutPower()
  const log = path(`${DATA}.log`)
  const file = await open(log, 'r+')
  const kinds = async () => {
    const found: string[] = []
    for await (const { kind, offset } of readLog(file)) found.push(`${kind} ${offset / KIB}`)
    return found
  }
  expect(await kinds()).toEqual(['write 0', 'write 4', 'flush 0', 'write 8'])
  // The log's own sector, then one of the entry and eight of its data.
  await file.write(Buffer.alloc(9 * 512), 0, 9 * 512, 512)
  expect(await kinds()).toEqual(['write 4', 'flush 0', 'write 8'])
  await file.truncate(statSync(log).size - 512)
  expect(await kinds()).toEqual(['write 4', 'flush 0'])
  await file.write(Buffer.from([0x10]), 0, 1, 10 * 512 + 16)
  await expect(kinds()).rejects.toThrow('the log of writes has no entry at byte 5120')
  await file.close()
})

test('a volume that is logged is pulled out, copied and not grown; then its log is gone', async () => {
  await expect(still.volumes.replay(DATA)).rejects.toThrow(`a machine runs with volume ${DATA}`)
  await still.volumes.log(DATA)
  await still.volumes.log(DATA)
  await io('write -P 0x11 0 4k')
  await still.volumes.snapshot(DATA, 's1')
  expect(bytes(0, 1, path('snapshot-s1.raw'))).toBe('11')
  await expect(still.volumes.grow(DATA, 2)).rejects.toThrow('does not grow')
  await still.volumes.detach(1, DATA)
  expect(bytes(0, 1)).toBe('11')
  expect((await readdir(join(still.folder, 'volumes'))).sort()).toEqual(
    [`${DATA}.raw`, 'snapshot-s1.raw'].sort(),
  )
  await expect(still.volumes.log(DATA)).rejects.toThrow('is on no machine that runs')
  await still.volumes.attach(1, { id: DATA, name: 'data' })
  await still.volumes.grow(DATA, 2)
  await io('write -P 0x22 0 4k')
  expect(bytes(0, 1)).toBe('22')
})

test('a hundred steps in any order leave what the last flush had', async () => {
  const random = mulberry32(12)
  const upTo = (most: number) => Math.floor(random() * most)
  const now = Buffer.alloc(MIB)
  let flushed = Buffer.from(now)
  await still.volumes.log(DATA)
  for (let step = 1; step <= 100; step++) {
    const [at, length] = [upTo(1000) * 512, (1 + upTo(100)) * 512]
    const what = upTo(6)
    if (what === 0) {
      await io('flush')
      flushed = Buffer.from(now)
    } else if (what === 1) {
      await io(`write -z ${at} ${length}`)
      now.fill(0, at, at + length)
    } else {
      await io(`write -P ${step} ${at} ${length}`)
      now.fill(step, at, at + length)
    }
  }
  await droplet.cutPower()
  expect(now.equals(flushed)).toBe(false)
  await still.volumes.replay(DATA)
  const fd = openSync(path(), 'r')
  const kept = Buffer.alloc(MIB)
  readSync(fd, kept, 0, MIB, 0)
  closeSync(fd)
  expect(kept.equals(flushed)).toBe(true)
})
