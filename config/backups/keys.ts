/** The keys about backups, each by itself. */
import * as v from 'valibot'
import { help } from '../error.ts'
import * as texts from '../texts.ts'
import { wholeNumber } from '../values.ts'
import { SPACES_REGIONS } from './index.ts'

const KINDS = ['none', 'spaces', 's3']
const REGIONS = ['', ...SPACES_REGIONS]

/** The schemas of `backups`, `backupRegion`, `keepDaily` and `keepWeekly`. */
export const backupKeys = () => ({
  backups: v.optional(
    texts.oneOf(
      KINDS,
      `is none of ${KINDS.join(', ')}`,
    )(help(KINDS.join(', '), 'pulumi config set {path} spaces')),
    'none',
  ),
  backupRegion: v.optional(
    texts.oneOf(
      REGIONS,
      'is no region that has Spaces',
    )(help(SPACES_REGIONS.join(', '), 'pulumi config set {path} fra1')),
    '',
  ),
  keepDaily: wholeNumber('number of days', 1, 366, 7),
  keepWeekly: wholeNumber('number of weeks', 1, 520, 4),
})
