import type { FileHandle } from 'node:fs/promises'

/** What the guest did to the disk, or what it was told of it; byte counts of the disk. */
export interface Entry {
  kind: 'write' | 'discard' | 'flush'
  offset: number
  bytes: number
  /** A write that is on the disk once it is done, without a flush. */
  fua: boolean
  /** Where a write's data begin in the log. */
  data: number
}

/** The format of dm-log-writes, as QEMU writes it (block/blklogwrites.c); all little-endian. */
const MAGIC = 0x6a736677736872n
const VERSION = 1n
const [FLUSH, FUA, DISCARD, MARK] = [1n, 2n, 4n, 8n]
/** What QEMU writes unless told otherwise; the first sector is the log's own. */
const SECTOR = 512
/** How much is looked at in one go where requests had been given a place and never came there. */
const HOLE = 1024 * SECTOR

/**
 * Reads a log that began empty, as it is after QEMU was killed. QEMU gives each request a place
 * before it writes it, so a request under way may have left zeros: they are no entry, since every
 * entry has a length or a flag. Its own count of entries is of the last flush, and not asked.
 * @param file
 * @throws if it is no such log, or an entry is none
 */
export async function* readLog(file: FileHandle): AsyncGenerator<Entry> {
  const { size } = await file.stat()
  if (size === 0) return
  const head = await read(file, 0, 28)
  // Before the first flush there is no superblock.
  if (head.some((byte) => byte !== 0)) {
    if (head.readBigUInt64LE(0) !== MAGIC || head.readBigUInt64LE(8) !== VERSION) {
      throw new Error('this is no log of writes')
    }
    const sector = head.readUInt32LE(24)
    if (sector !== SECTOR) throw new Error(`the log of writes has sectors of ${sector} bytes`)
  }
  for (let at = SECTOR; at + SECTOR <= size; ) {
    const header = await read(file, at, SECTOR)
    if (header.every((byte) => byte === 0)) {
      at = await nextData(file, at + SECTOR, size)
      continue
    }
    const field = (at: number) => header.readBigUInt64LE(at)
    const [sector, sectors, flags, length] = [field(0), field(8), field(16), field(24)]
    const known = FLUSH | FUA | DISCARD | MARK
    if (flags & ~known || header.subarray(32).some((byte) => byte !== 0)) {
      throw new Error(`the log of writes has no entry at byte ${at}`)
    }
    at += SECTOR
    const bytes = Number(sectors) * SECTOR
    const entry = { offset: Number(sector) * SECTOR, bytes, fua: (flags & FUA) !== 0n, data: at }
    if (flags & MARK) at += Math.ceil(Number(length) / SECTOR) * SECTOR
    else if (flags & DISCARD) yield { ...entry, kind: 'discard' }
    else {
      at += bytes
      // The data of the last one may be missing.
      if (at > size) return
      if (bytes > 0) yield { ...entry, kind: 'write' }
      if (flags & FLUSH) yield { ...entry, kind: 'flush' }
    }
  }
}

/** Where the next sector that is not all zero begins; the log's end if there is none. */
async function nextData(file: FileHandle, from: number, size: number): Promise<number> {
  for (let at = from; at < size; at += HOLE) {
    const part = await read(file, at, Math.min(HOLE, size - at))
    const found = part.findIndex((byte) => byte !== 0)
    if (found >= 0) return at + found - (found % SECTOR)
  }
  return size
}

/** What there is of the file here; zeros behind its end. */
async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, at + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer
}
