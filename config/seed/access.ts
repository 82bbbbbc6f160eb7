import * as v from 'valibot'
import type { BucketPlace } from '../backups/place.ts'
import { help } from '../error.ts'

/** A bucket of snapshots, a key to it, and what opens what is in it; a host takes it as it is. */
export interface SeedAccess extends BucketPlace {
  passphrase: string
}

/** By a file: what stands in a command line everybody on that computer can read (ps). */
export const HANDED_OVER =
  '(umask 077; pulumi stack output seedReader --show-secrets --stack production > seed-reader.json); ' +
  'then, logged in to the backend of preview, pulumi config set --secret {path} --stack preview < seed-reader.json && rm seed-reader.json'

const say = help(
  'the output seedReader of the stack that the snapshots are of, as it is',
  HANDED_OVER,
)
const word = (form: RegExp) => v.pipe(v.string(), v.regex(form))
const PLAIN = /^[!-~]{16,256}$/
/** As the host checks it (host/padlock-seed, order.py). */
const FORM = v.strictObject({
  endpoint: word(/^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$/),
  region: word(/^[a-z0-9-]{1,32}$/),
  bucket: word(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  key: word(/^[!-~]{3,128}$/),
  secret: word(PLAIN),
  passphrase: word(PLAIN),
})

/** The schema of `seedReader`: JSON in a text. */
export const seedAccess = () =>
  v.optional(
    v.pipe(
      v.unknown(),
      v.rawTransform<unknown, '' | SeedAccess>(({ dataset, addIssue, NEVER }) => {
        if (dataset.value === '') return ''
        const found = v.safeParse(FORM, parsed(dataset.value))
        if (found.success) return found.output
        addIssue({ message: say('is not what that output is') })
        return NEVER
      }),
    ),
    '',
  )

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
