import type { BucketPlace } from '../../config/backups/place.ts'
import type { Copied } from './copy.ts'
import { readNote, writeNote } from './note.ts'

const KEY = 'receipts/copy.json'

/**
 * Notes in the second bucket, to which the host has no key, that it has all that the first one has.
 * @throws Error if it cannot be written
 */
export const noteCopy = (to: BucketPlace, copied: Copied, more = {}): Promise<void> =>
  writeNote(to, KEY, { ...copied, endedAt: new Date().toISOString() }, more)

/**
 * When the last copy was whole, by the second bucket's clock; undefined where there was none.
 * @throws Error if the bucket cannot be read
 */
export const lastCopy = async (place: BucketPlace, more = {}): Promise<Date | undefined> =>
  (await readNote(place, KEY, more))?.written
