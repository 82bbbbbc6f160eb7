import { type FileHandle, open } from 'node:fs/promises'
import { mulberry32 } from '../../random.ts'
import type { PowerLoss } from '../../types.ts'
import { type Entry, readLog } from './log.ts'

/** What became of the writes since the log began. */
export type Replayed = Omit<PowerLoss, 'id' | 'name'>

/** What a disk writes at once: a write after the last flush may come to it in pieces of this size. */
const PIECE = 4096
const BLOCK = 1024 ** 2
const ZEROS = Buffer.alloc(BLOCK)
const isZero = (block: Buffer) => block.equals(ZEROS.subarray(0, block.length))

/**
 * Makes of a disk as it was when its log began what a loss of power leaves: everything up to the last
 * flush, and what was written past the cache (FUA).
 * @param base the disk's file, changed in place
 * @param seed of the pieces of later writes that survive, about every second one, as a disk may write
 *   in any order what it was not told to keep; none of them survives without it
 */
export async function replay(base: string, log: string, seed?: number): Promise<Replayed> {
  const random = seed === undefined ? () => 1 : mulberry32(seed)
  const [disk, entries] = await Promise.all([open(base, 'r+'), open(log, 'r')])
  try {
    const replayed = { flushes: 0, safeBytes: 0, looseBytes: 0, survivedBytes: 0 }
    let last = -1
    let count = 0
    for await (const { kind } of readLog(entries)) {
      if (kind === 'flush') {
        last = count
        replayed.flushes++
      }
      count++
    }
    let index = 0
    for await (const entry of readLog(entries)) {
      const safe = index++ < last || entry.fua
      if (entry.kind === 'write') {
        replayed[safe ? 'safeBytes' : 'looseBytes'] += entry.bytes
        for (const piece of safe ? [entry] : pieces(entry)) {
          if (!safe && random() >= 0.5) continue
          if (!safe) replayed.survivedBytes += piece.bytes
          await write(disk, entries, piece)
        }
      }
      if (entry.kind === 'discard' && safe) await zero(disk, entry)
    }
    await disk.datasync()
    return replayed
  } finally {
    await Promise.all([disk.close(), entries.close()])
  }
}

/** A write cut at the disk's own borders. */
function* pieces({ offset, bytes, data, ...rest }: Entry): Generator<Entry> {
  for (let done = 0; done < bytes; ) {
    const length = Math.min(PIECE - ((offset + done) % PIECE), bytes - done)
    yield { ...rest, offset: offset + done, bytes: length, data: data + done }
    done += length
  }
}

async function write(disk: FileHandle, log: FileHandle, entry: Entry): Promise<void> {
  for (let done = 0; done < entry.bytes; done += BLOCK) {
    const block = Buffer.alloc(Math.min(BLOCK, entry.bytes - done))
    await whole(log, block, entry.data + done)
    await put(disk, block, entry.offset + done)
  }
}

/** What was discarded reads as zeros. */
async function zero(disk: FileHandle, { offset, bytes }: Entry): Promise<void> {
  for (let done = 0; done < bytes; done += BLOCK) {
    await put(disk, ZEROS.subarray(0, Math.min(BLOCK, bytes - done)), offset + done)
  }
}

/** Where zeros come to zeros the file stays sparse. */
async function put(disk: FileHandle, block: Buffer, at: number): Promise<void> {
  if (isZero(block)) {
    const before = Buffer.alloc(block.length)
    await whole(disk, before, at)
    if (isZero(before)) return
  }
  await disk.write(block, 0, block.length, at)
}

/** Fills the buffer, with zeros behind the file's end. */
async function whole(file: FileHandle, buffer: Buffer, at: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
}
