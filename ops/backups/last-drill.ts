import { createHmac, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { DrillReceipt } from './drill.ts'
import { type Note, readNote, writeNote } from './note.ts'
import type { Source } from './source.ts'

const SAID = v.object({
  /** Whose backups. */
  prefix: v.string(),
  /** `fra1.digitaloceanspaces.com/BUCKET` */
  from: v.string(),
  /** ISO 8601. */
  endedAt: v.pipe(v.string(), v.isoTimestamp()),
})
const SIGNED = v.object({ said: v.string(), hmac: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) })

/** The last drill that succeeded. */
export interface LastDrill {
  at: Date
  from: string
}

/** Below the stack's prefix in its bucket. */
const keyOf = ({ prefix }: Pick<Source, 'prefix'>) => `${prefix}/receipts/drill.json`

/**
 * Notes in a stack's bucket that its backups were restored and read. The host has a key to the bucket, so
 * it is signed with a secret that the host has not.
 * @param writer the place with a key that writes
 * @param secret of the key that reads (`sourceOf`); where the stack has none the host could sign as well
 * @param more settings of the client, in tests
 * @throws Error if it cannot be written
 */
export async function noteDrill(
  writer: Source,
  secret: string,
  { from, endedAt }: Pick<DrillReceipt, 'from' | 'endedAt'>,
  more = {},
): Promise<void> {
  const { prefix } = writer
  const said = JSON.stringify({ prefix, from, endedAt })
  await writeNote(writer, keyOf(writer), { said, hmac: signature(said, secret) }, more)
}

/**
 * The last drill as the bucket tells of it; undefined where it tells of none, and `unsigned` where this
 * secret has not signed what it tells.
 * @throws Error if the bucket cannot be read
 */
export async function lastDrill(
  reader: Source,
  secret: string,
  more = {},
): Promise<LastDrill | 'unsigned' | undefined> {
  const note = await readNote(reader, keyOf(reader), more)
  return note && drillIn(note, reader.prefix, secret)
}

/** What a note says, if it is signed. */
export function drillIn(
  { text }: Pick<Note, 'text'>,
  prefix: string,
  secret: string,
): LastDrill | 'unsigned' {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), SIGNED), text)
  if (!success) return 'unsigned'
  const [is, should] = [output.hmac, signature(output.said, secret)].map((hex) =>
    Buffer.from(hex, 'hex'),
  )
  if (!is || !should || !timingSafeEqual(is, should)) return 'unsigned'
  const said = v.parse(SAID, JSON.parse(output.said))
  if (said.prefix !== prefix) return 'unsigned'
  return { at: new Date(said.endedAt), from: said.from }
}

const signature = (said: string, secret: string) =>
  createHmac('sha256', secret).update(`padlock drill\n${said}`).digest('hex')
