import type { Qmp } from '../qmp.ts'
import { handle, logHandle } from '../volume-disk.ts'

/**
 * Puts QEMU's log of writes (block/blklogwrites.c) between the guest's device and its disk, at a
 * moment when all is flushed, and calls `atRest` in that moment. The log lasts until QEMU ends or the
 * disk is pulled out.
 * @param log an empty file; not flushed itself, as the loss of power is that of QEMU alone
 * @param atRest begins the copy of the disk that the log is to be replayed on
 */
export async function beginLog(
  qmp: Qmp,
  id: string,
  log: string,
  atRest: () => Promise<void>,
): Promise<void> {
  const { running } = (await qmp.execute('query-status')) as { running: boolean }
  // Waits for what is under way and flushes all disks.
  if (running) await qmp.execute('stop')
  try {
    await qmp.execute('blockdev-add', {
      ...{ driver: 'blklogwrites', 'node-name': logHandle(id), file: handle(id) },
      discard: 'unmap',
      log: { driver: 'file', filename: log, cache: { direct: false, 'no-flush': true } },
    })
    try {
      await setDrive(qmp, id, logHandle(id))
      await atRest()
    } catch (error) {
      await endLog(qmp, id)
      throw error
    }
  } finally {
    if (running) await qmp.execute('cont')
  }
}

/** The guest's device writes to its disk alone again. */
export async function endLog(qmp: Qmp, id: string): Promise<void> {
  await setDrive(qmp, id, handle(id))
  await qmp.execute('blockdev-del', { 'node-name': logHandle(id) })
}

const setDrive = (qmp: Qmp, id: string, value: string) =>
  qmp.execute('qom-set', { path: `/machine/peripheral/${handle(id)}`, property: 'drive', value })
