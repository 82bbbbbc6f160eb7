import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'
import { parentOf } from '../stack.ts'

/** The components whose bucket holds backups. */
const BACKUPS = ['padlock:index:SpacesBackups', 'padlock:index:SpacesCopy']

export const bucketPrivate: Rule = {
  name: 'bucket-private',
  description: 'Nobody reads a bucket without a key, and one of backups keeps versions.',
  validateResource: validateResourceOfType(SpacesBucket, (bucket, args, report) => {
    const acl = bucket.acl ?? 'private'
    if (acl !== 'private')
      report(`Its acl is ${acl}, so everybody can read what is in it. Set it to private.`)
    if (BACKUPS.includes(parentOf(args.urn) ?? '') && !bucket.versioning?.enabled)
      report(
        'It holds backups and keeps no versions, so whoever has its key can delete them for good. Set versioning.enabled to true.',
      )
  }),
}
