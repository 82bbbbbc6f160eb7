import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Turns } from '../turns.ts'
import type { Volumes } from '../types.ts'
import { copyRaw } from './disk.ts'
import type { Droplet } from './droplet.ts'
import { beginCopy, copied, resize } from './volume-disk.ts'

const GIB = 1024 ** 3
const COPY_POLL_MS = 200

/**
 * Volumes are raw, sparse files in a folder of their own: they stay where a machine goes. QEMU locks
 * the file of each that it uses, so no two machines ever write one.
 * @param dir made if it is not there
 * @param droplets the machines that there are
 */
export async function openVolumes(dir: string, droplets: Map<number, Droplet>): Promise<Volumes> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const turns = new Turns<string>()
  const volume = (id: string) => join(dir, `${id}.raw`)
  const snapshotFile = (id: string) => join(dir, `snapshot-${id}.raw`)
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
        await rm(volume(id), { force: true })
      }),
    grow: (id, gib) =>
      turns.take(id, async () => {
        const bytes = gib * GIB
        const before = await sizeOf(id)
        if (bytes < before) throw new Error(`volume ${id} does not shrink`)
        if (bytes === before) return
        const droplet = holder(id)
        if (droplet?.on) await droplet.monitor((qmp) => resize(qmp, id, bytes))
        else await extend(volume(id), bytes)
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
    detach: (machine, id) => turns.take(id, async () => droplets.get(machine)?.detach(id)),
    snapshot: (id, snapshot) =>
      turns.take(id, async () => {
        const bytes = await sizeOf(id)
        const droplet = holder(id)
        await make(snapshotFile(snapshot), async (draft) => {
          if (!droplet?.on) return copyRaw(volume(id), draft)
          await extend(draft, bytes)
          await droplet.monitor((qmp) => beginCopy(qmp, id, draft))
          while (!(await droplet.monitor((qmp) => copied(qmp, id)))) await sleep(COPY_POLL_MS)
        })
      }),
    removeSnapshot: (snapshot) => rm(snapshotFile(snapshot), { force: true }),
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
