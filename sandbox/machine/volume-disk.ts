/** A volume as a disk of a machine: what QEMU is told of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Qmp } from './qmp.ts'

export interface VolumeDisk {
  id: string
  /** The volume's name, by which the guest finds it. */
  name: string
  /** Absolute path of its raw file. */
  file: string
}

/** The controller that volumes are plugged into; a machine has it from its start. */
const CONTROLLER = 'volumes'

/** How long QEMU may take to let go of a disk. */
const UNPLUG_MS = 15_000
const POLL_MS = 50

/** QEMU's name of the disk: at most 31 characters (qapi/block-core.json, node-name), a letter first. */
export const handle = (id: string): string => `v${id.replaceAll('-', '').slice(0, 30)}`

/**
 * Where the bytes are. `cache.direct: false` with `no-flush: false` (`cache=writeback`): writes go to
 * the computer's page cache, and a flush of the guest is an fdatasync of the file, so that what the
 * guest was told is safe is on the computer's disk. `none` would say no more and needs O_DIRECT, which
 * tmpfs and macOS have not; `unsafe`, as the machine's own disk has it, drops flushes.
 */
const node = ({ id, file }: VolumeDisk) => ({
  driver: 'raw',
  'node-name': handle(id),
  discard: 'unmap',
  cache: { direct: false, 'no-flush': false },
  file: { driver: 'file', filename: file, aio: 'threads', discard: 'unmap' },
})

/**
 * What the guest sees. udev makes `/dev/disk/by-id/scsi-0VENDOR_PRODUCT_DEVICE-ID` of it (page 0x83,
 * a vendor-specific identifier): `scsi-0DO_Volume_NAME`, as on a droplet
 * (https://docs.digitalocean.com/products/volumes/how-to/mount/).
 */
const device = ({ id, name }: VolumeDisk) => ({
  driver: 'scsi-hd',
  id: handle(id),
  bus: `${CONTROLLER}.0`,
  drive: handle(id),
  vendor: 'DO',
  product: 'Volume',
  device_id: name,
  'write-cache': 'on',
})

/** QEMU's arguments for the controller and for what is attached when the machine starts. */
export function volumeArguments(disks: VolumeDisk[]): string[] {
  return [
    ...['-device', `virtio-scsi-pci,id=${CONTROLLER}`],
    ...disks.flatMap((disk) => [
      ...['-blockdev', JSON.stringify(node(disk))],
      ...['-device', JSON.stringify(device(disk))],
    ]),
  ]
}

/** Plugs the disk into the machine that runs; content if it is there. */
export async function plug(qmp: Qmp, disk: VolumeDisk): Promise<void> {
  if (!(await hasNode(qmp, handle(disk.id)))) await qmp.execute('blockdev-add', node(disk))
  try {
    if (!(await hasDevice(qmp, disk.id))) await qmp.execute('device_add', device(disk))
  } catch (error) {
    await qmp.execute('blockdev-del', { 'node-name': handle(disk.id) })
    throw error
  }
}

/** Pulls the disk out, in use or not, and its log of writes; content if it is not there. */
export async function unplug(qmp: Qmp, id: string): Promise<void> {
  if (await hasDevice(qmp, id)) await qmp.execute('device_del', { id: handle(id) })
  const deadline = Date.now() + UNPLUG_MS
  for (const name of [logHandle(id), handle(id)]) {
    while (await hasNode(qmp, name)) {
      try {
        await qmp.execute('blockdev-del', { 'node-name': name })
      } catch (error) {
        // The device lets go of its node a moment after it is gone.
        if (Date.now() > deadline) throw error
        await sleep(POLL_MS)
      }
    }
  }
}

/** QEMU's name of the node that logs what goes to the disk (power-loss/record.ts). */
export const logHandle = (id: string): string => `l${handle(id).slice(1)}`

/** Whether what the guest writes to the disk is being logged. */
export const isLogged = (qmp: Qmp, id: string): Promise<boolean> => hasNode(qmp, logHandle(id))

/** The guest sees the new size without a restart. */
export async function resize(qmp: Qmp, id: string, bytes: number): Promise<void> {
  await qmp.execute('block_resize', { 'node-name': handle(id), size: bytes })
}

/** Begins a copy of the disk as it is now into a qcow2 file of its size; ask `copied` for its end. */
export async function beginCopy(qmp: Qmp, id: string, file: string): Promise<void> {
  const target = copyHandle(id)
  await qmp.execute('blockdev-add', {
    ...{ driver: 'qcow2', 'node-name': target },
    file: { driver: 'file', filename: file },
  })
  await qmp.execute('blockdev-backup', {
    ...{ 'job-id': target, device: handle(id), target, sync: 'full', 'auto-dismiss': false },
  })
}

/** Whether the copy is done; rejects with QEMU's words if it failed. */
export async function copied(qmp: Qmp, id: string): Promise<boolean> {
  const target = copyHandle(id)
  const jobs = (await qmp.execute('query-jobs')) as { id: string; status: string; error?: string }[]
  const job = jobs.find((each) => each.id === target)
  if (job && job.status !== 'concluded') return false
  if (job) await qmp.execute('job-dismiss', { id: target })
  await qmp.execute('blockdev-del', { 'node-name': target })
  if (!job || job.error) throw new Error(`QEMU does not copy volume ${id}: ${job?.error ?? 'gone'}`)
  return true
}

const copyHandle = (id: string) => `c${handle(id).slice(1)}`

async function hasNode(qmp: Qmp, name: string): Promise<boolean> {
  const nodes = await qmp.execute('query-named-block-nodes', { flat: true })
  return (nodes as { 'node-name': string }[]).some((each) => each['node-name'] === name)
}

async function hasDevice(qmp: Qmp, id: string): Promise<boolean> {
  const devices = await qmp.execute('qom-list', { path: '/machine/peripheral' })
  return (devices as { name: string }[]).some(({ name }) => name === handle(id))
}
