/** Volumes against a real QEMU whose processor stands still: what its monitor says to each step. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Droplet } from '../../../sandbox/machine/droplet.ts'
import type { Qmp } from '../../../sandbox/machine/qmp.ts'
import type { Volumes } from '../../../sandbox/types.ts'
import { openStill, type Still } from './still.ts'

jest.setTimeout(240_000)

const [DATA, OTHER] = [
  '4b1f0c2e-7d9a-4c1b-8f2e-0a1b2c3d4e5f',
  '0b1f0c2e-7d9a-4c1b-8f2e-0a1b2c3d4e5f',
]
const MIB = 1024 ** 2
const GIB = 1024 ** 3

let still: Still
let folder: string
let volumes: Volumes
let droplets: Map<number, Droplet>

beforeEach(async () => {
  still = await openStill()
  ;({ folder, volumes, droplets } = still)
})
afterEach(() => still.close())

const machine: Still['machine'] = (...args) => still.machine(...args)
const io = (droplet: Droplet, command: string) => still.io(droplet, DATA, command)
const path = (id = DATA) => join(folder, 'volumes', `${id}.raw`)
const devices = (droplet: Droplet) =>
  droplet.monitor(async (qmp: Qmp) => {
    const all = (await qmp.execute('qom-list', { path: '/machine/peripheral' })) as {
      name: string
    }[]
    return all.map(({ name }) => name).filter((name) => name.startsWith('v') && name !== 'volumes')
  })
const noted = (id: number) =>
  JSON.parse(readFileSync(join(folder, 'machines', String(id), 'machine.json'), 'utf8')).volumes

test('a volume is a sparse file of its owner, outside of every machine', async () => {
  await volumes.create(DATA, 16_000)
  const { size, blocks, mode } = statSync(path())
  expect([size, blocks * 512 < MIB, mode & 0o777]).toEqual([16_000 * GIB, true, 0o600])
  await volumes.grow(DATA, 16_000)
  await expect(volumes.grow(DATA, 1)).rejects.toThrow(`volume ${DATA} does not shrink`)
  await volumes.remove(DATA)
  await volumes.remove(DATA)
  expect(await readdir(join(folder, 'volumes'))).toEqual([])
  await expect(volumes.grow(DATA, 2)).rejects.toThrow(`there is no volume ${DATA}`)
})

test('it is plugged into a machine that runs, as DigitalOcean names it, and pulled out', async () => {
  const droplet = await machine(1, true)
  await volumes.create(DATA, 1)
  await volumes.attach(1, { id: DATA, name: 'data' })
  // An attachment that a restart carries on finds it there.
  await volumes.attach(1, { id: DATA, name: 'data' })
  const [device] = await devices(droplet)
  const property = (name: string) =>
    droplet.monitor((qmp) =>
      qmp.execute('qom-get', { path: `/machine/peripheral/${device}`, property: name }),
    )
  expect(await Promise.all(['vendor', 'product', 'device_id'].map(property))).toEqual([
    ...['DO', 'Volume', 'data'],
  ])
  expect(noted(1)).toEqual([{ id: DATA, name: 'data', file: path() }])
  // A flush of the guest reaches the file.
  const nodes = (await droplet.monitor((qmp) =>
    qmp.execute('query-named-block-nodes', { flat: true }),
  )) as { file: string; drv: string; cache: object }[]
  expect(nodes.filter(({ file }) => file === path()).map(({ drv, cache }) => [drv, cache])).toEqual(
    ['raw', 'file'].map((drv) => [drv, { 'no-flush': false, direct: false, writeback: true }]),
  )

  await volumes.create(OTHER, 1)
  await volumes.attach(1, { id: OTHER, name: 'other' })
  expect(await devices(droplet)).toHaveLength(2)
  await expect(volumes.remove(DATA)).rejects.toThrow('is attached to droplet 1')
  await machine(2, false)
  await expect(volumes.attach(2, { id: DATA, name: 'data' })).rejects.toThrow(
    'attached to droplet 1',
  )
  await volumes.detach(1, DATA)
  await volumes.detach(1, DATA)
  expect(await devices(droplet)).toHaveLength(1)
  expect(noted(1)).toEqual([{ id: OTHER, name: 'other', file: path(OTHER) }])
  await volumes.attach(2, { id: DATA, name: 'data' })
})

test('what the guest wrote is in the file, and outlives a kill of the machine and its removal', async () => {
  const droplet = await machine(1, true)
  await volumes.create(DATA, 1)
  await volumes.attach(1, { id: DATA, name: 'data' })
  await io(droplet, 'write -P 0xab 0 64k')
  await io(droplet, 'flush')
  still.processes[0]?.kill('SIGKILL')
  while (droplet.on) await sleep(20)
  await droplet.remove()
  droplets.delete(1)
  const written = execFileSync('head', ['-c', String(64 * 1024), path()])
  expect(written.every((byte) => byte === 0xab)).toBe(true)

  const next = await machine(2, true)
  await volumes.attach(2, { id: DATA, name: 'data' })
  expect(await io(next, 'read -P 0xab 0 64k')).toMatch(/^read 65536\/65536 bytes/)
  expect(await io(next, 'read -P 0xac 0 64k')).toMatch(/verification failed/)
})

test('a machine that is off has it at its next start, and grown', async () => {
  const droplet = await machine(1, false)
  await volumes.create(DATA, 1)
  await volumes.attach(1, { id: DATA, name: 'data' })
  await volumes.grow(DATA, 2)
  expect(statSync(path()).size).toBe(2 * GIB)
  const started = await machine(1, true, noted(1))
  expect(await devices(started)).toHaveLength(1)
  await volumes.grow(DATA, 3)
  expect(statSync(path()).size).toBe(3 * GIB)
  expect(await io(started, 'length')).toContain('3 GiB')
  await volumes.detach(1, DATA)
  expect(await devices(started)).toEqual([])
  expect(droplet.id).toBe(started.id)
})

test('an attachment that QEMU refuses leaves nothing behind', async () => {
  const droplet = await machine(1, true)
  await volumes.create(DATA, 1)
  // Somebody else has the file.
  await machine(9, true, [{ id: DATA, name: 'data', file: path() }])
  droplets.get(9)?.volumes.splice(0)
  await expect(volumes.attach(1, { id: DATA, name: 'data' })).rejects.toThrow(/lock/)
  expect(noted(1)).toEqual([])
  expect(await devices(droplet)).toEqual([])
})

test('a snapshot has the volume as it was, also of one that is in use', async () => {
  const droplet = await machine(1, true)
  await volumes.create(DATA, 1)
  await volumes.attach(1, { id: DATA, name: 'data' })
  await io(droplet, 'write -P 0x11 0 1M')
  await volumes.snapshot(DATA, 's1')
  const { blocks, mode } = statSync(path('snapshot-s1'))
  expect([blocks * 512 < 8 * MIB, mode & 0o777]).toEqual([true, 0o600])
  await io(droplet, 'write -P 0x22 0 1M')
  await volumes.detach(1, DATA)
  await volumes.snapshot(DATA, 's2')
  const first = async (snapshot: string, id: string, gib: number) => {
    await volumes.create(id, gib, snapshot)
    const { size, blocks } = statSync(path(id))
    expect([size, blocks * 512 < 8 * MIB]).toEqual([gib * GIB, true])
    return execFileSync('head', ['-c', '1', path(id)])[0]
  }
  expect(await first('s1', OTHER, 1)).toBe(0x11)
  expect(await first('s2', 'third', 2)).toBe(0x22)
  await volumes.removeSnapshot('s1')
  await expect(volumes.create('fourth', 1, 's1')).rejects.toThrow(/s1/)
  expect((await readdir(join(folder, 'volumes'))).sort()).toEqual(
    [`${DATA}.raw`, `${OTHER}.raw`, 'third.raw', 'snapshot-s2.raw'].sort(),
  )
})
