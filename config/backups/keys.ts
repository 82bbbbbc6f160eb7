/** The keys about backups, each by itself. */
import * as v from 'valibot'
import { help, type Say } from '../error.ts'
import * as texts from '../texts.ts'
import { wholeNumber } from '../values.ts'
import { SPACES_REGIONS } from './index.ts'

const KINDS = ['none', 'spaces', 's3']
const REGION = texts.matching(/^[a-z0-9-]{1,32}$/, 'is not the name of a region')
const BUCKET = texts.matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is not the name of a bucket')
const KEY = texts.matching(/^[!-~]{3,128}$/, 'is not an access key')
const SECRET = texts.matching(/^[!-~]{16,256}$/, 'is not a secret access key')

/** A text key; empty where it is not set. */
const optional = (schema: (say: Say) => texts.TextSchema, allowed: string, example: string) =>
  v.optional(texts.orEmpty(schema(help(allowed, `pulumi config set {path} ${example}`))), '')

/** The schemas of `backups`, of where they go to, and of how many are kept. */
export const backupKeys = () => ({
  backups: v.optional(
    texts.oneOf(
      KINDS,
      `is none of ${KINDS.join(', ')}`,
    )(help(KINDS.join(', '), 'pulumi config set {path} spaces')),
    'none',
  ),
  backupRegion: optional(REGION, 'lower-case letters, digits and hyphens', 'fra1'),
  backupCopyRegion: v.optional(
    texts.oneOf(
      ['', ...SPACES_REGIONS],
      'is no region that has Spaces',
    )(help(SPACES_REGIONS.join(', '), 'pulumi config set {path} ams3')),
    '',
  ),
  backupBucket: optional(
    BUCKET,
    '3 to 63 lower-case letters, digits, dots and hyphens',
    'acme-backups',
  ),
  backupEndpoint: optional(
    texts.hostAndPort,
    'a host, or host:port, that speaks https',
    's3.eu-central-1.amazonaws.com',
  ),
  backupAccessKey: optional(KEY, '3 to 128 characters of ASCII without spaces', '--secret'),
  backupSecretKey: optional(SECRET, '16 to 256 characters of ASCII without spaces', '--secret'),
  backupReaderAccessKey: optional(KEY, '3 to 128 characters of ASCII without spaces', '--secret'),
  backupReaderSecretKey: optional(
    SECRET,
    '16 to 256 characters of ASCII without spaces',
    '--secret',
  ),
  keepDaily: wholeNumber('number of days', 1, 366, 7),
  keepWeekly: wholeNumber('number of weeks', 1, 520, 4),
})
