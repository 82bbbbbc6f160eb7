import { access, chmod, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Turns } from '../turns.ts'
import type { Volumes } from '../types.ts'
import { copyRaw, createEmptyDisk } from './disk.ts'
import type { Droplet } from './droplet.ts'
import { beginLog, endLog } from './power-loss/record.ts'
import { type Replayed, replay } from './power-loss/replay.ts'
import type { Qmp } from './qmp.ts'
import { beginCopy, copied, isLogged, resize } from './volume-disk.ts'

const GIB = 1024 ** 3
const COPY_POLL_MS = 200

/** Volumes that can also be what a loss of power leaves of them. */
export interface LoggedVolumes extends Volumes {
  /** Logs from now on what the machine that runs writes, until it ends or the volume is pulled out. */
  log(id: string): Promise<void>
  /** Makes the volume of a machine that was cut off what its disk has kept (power-loss/replay.ts). */
  replay(id: string, seed?: number): Promise<Replayed>
}

/**
 * Volumes are raw, sparse files in a folder of their own: they stay where a machine goes. QEMU locks
 * the file of each that it uses, so no two machines ever write one.
 * @param dir made if it is not there
 * @param droplets the machines that there are
 */
export async function openVolumes(
  dir: string,
  droplets: Map<number, Droplet>,
): Promise<LoggedVolumes> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const turns = new Turns<string>()
  const volume = (id: string) => join(dir, `${id}.raw`)
  const snapshotFile = (id: string) => join(dir, `snapshot-${id}.raw`)
  // What a loss of power is made of: the writes, and the volume as it was before them.
  const log = (id: string) => join(dir, `${id}.log`)
  const base = (id: string) => join(dir, `${id}.base.raw`)
  const forget = (id: string) =>
    Promise.all([log(id), base(id)].map((path) => rm(path, { force: true })))
  const holder = (id: string): Droplet | undefined =>
    [...droplets.values()].find((droplet) => droplet.volumes.some((each) => each.id === id))
  const sizeOf = async (id: string): Promise<number> => {
    const found = await stat(volume(id)).catch(() => undefined)
    if (!found) throw new Error(`there is no volume ${id}`)
    return found.size
  }

  /** Makes a file whole or not at all. */
  const make = async (path: string, fill: (draft: string) => Promise<unknown>) => {
    const draft = `${path}.draft`
    try {
      await fill(draft)
      await rename(draft, path)
    } finally {
      await rm(draft, { force: true })
    }
  }

  return {
    create: (id, gib, snapshot) =>
      turns.take(id, () =>
        make(volume(id), async (draft) => {
          if (snapshot !== undefined) await copyRaw(snapshotFile(snapshot), draft)
          await extend(draft, gib * GIB)
        }),
      ),
    remove: (id) =>
      turns.take(id, async () => {
        const droplet = holder(id)
        if (droplet) throw new Error(`volume ${id} is attached to droplet ${droplet.id}`)
        await Promise.all([rm(volume(id), { force: true }), forget(id)])
      }),
    grow: (id, gib) =>
      turns.take(id, async () => {
        const bytes = gib * GIB
        const before = await sizeOf(id)
        if (bytes < before) throw new Error(`volume ${id} does not shrink`)
        if (bytes === before) return
        const droplet = holder(id)
        if (droplet?.on) {
          await droplet.monitor(async (qmp) => {
            if (await isLogged(qmp, id)) throw new Error(`volume ${id} does not grow: it is logged`)
            await resize(qmp, id, bytes)
          })
        } else await extend(volume(id), bytes)
      }),
    attach: (machine, { id, name }) =>
      turns.take(id, async () => {
        await sizeOf(id)
        const droplet = droplets.get(machine)
        if (!droplet) throw new Error(`there is no machine of droplet ${machine}`)
        const other = holder(id) ?? droplet
        if (other !== droplet) throw new Error(`volume ${id} is attached to droplet ${other.id}`)
        await droplet.attach({ id, name, file: volume(id) })
      }),
    detach: (machine, id) =>
      turns.take(id, async () => {
        await droplets.get(machine)?.detach(id)
        if (!holder(id)) await forget(id)
      }),
    snapshot: (id, snapshot) =>
      turns.take(id, async () => {
        const bytes = await sizeOf(id)
        const droplet = holder(id)
        await make(snapshotFile(snapshot), async (draft) => {
          if (!droplet?.on) return copyRaw(volume(id), draft)
          await copyUsed(droplet, id, bytes, draft, beginCopy)
        })
      }),
    removeSnapshot: (snapshot) => rm(snapshotFile(snapshot), { force: true }),
    log: (id) =>
      turns.take(id, async () => {
        const bytes = await sizeOf(id)
        const droplet = holder(id)
        if (!droplet?.on) throw new Error(`volume ${id} is on no machine that runs`)
        if (await droplet.monitor((qmp) => isLogged(qmp, id))) return
        await forget(id)
        await writeFile(log(id), '', { mode: 0o600 })
        await make(base(id), (draft) =>
          copyUsed(droplet, id, bytes, draft, (qmp, _, file) =>
            beginLog(qmp, id, log(id), () => beginCopy(qmp, id, file)),
          ),
        ).catch(async (error) => {
          await droplet.monitor((qmp) => endLog(qmp, id)).catch(() => {})
          throw error
        })
      }),
    replay: (id, seed) =>
      turns.take(id, async () => {
        if (holder(id)?.on) throw new Error(`a machine runs with volume ${id}`)
        await access(base(id)).catch(() => {
          throw new Error(`nothing was logged of volume ${id}`)
        })
        const replayed = await replay(base(id), log(id), seed)
        await rename(base(id), volume(id))
        await forget(id)
        return replayed
      }),
  }
}

/**
 * A sparse copy of a volume that a machine uses. QEMU makes one by way of qcow2: into a raw file it
 * writes its zeros too (FALLOC_FL_ZERO_RANGE), which takes as much of the disk as the volume has.
 */
async function copyUsed(
  droplet: Droplet,
  id: string,
  bytes: number,
  to: string,
  begin: (qmp: Qmp, id: string, file: string) => Promise<void>,
): Promise<void> {
  const file = `${to}.qcow2`
  try {
    await createEmptyDisk(file, bytes)
    await droplet.monitor((qmp) => begin(qmp, id, file))
    while (!(await droplet.monitor((qmp) => copied(qmp, id)))) await sleep(COPY_POLL_MS)
    await copyRaw(file, to, 'qcow2')
    await chmod(to, 0o600)
  } finally {
    await rm(file, { force: true })
  }
}

/** Makes the file, for its owner alone, and as long as this if it is shorter. */
async function extend(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    if ((await file.stat()).size < bytes) await file.truncate(bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EFBIG') throw error
    throw new Error(`this computer's file system has no files of ${bytes / GIB} GiB`)
  } finally {
    await file.close()
  }
}
