import type { BadConfiguration } from './bad-configuration.ts'

/** Backups. */
export const backups: BadConfiguration[] = [
  {
    title: 'another kind of backups',
    raw: { backups: 'tape' },
    messages: [
      'backups = "tape" is none of none, spaces, s3. Allowed: none, spaces, s3.\n    Fix: pulumi config set backups spaces',
    ],
  },
  {
    title: 'backups to an S3 of which nothing is known',
    raw: { backups: 's3', volume: 10, database: 'local' },
    messages: [
      'backupBucket is not set, and backups is s3. Allowed: the name of a bucket that is there, with versions.\n    Fix: pulumi config set backupBucket acme-backups',
      'backupAccessKey is not set, and backups is s3. Allowed: a key that reads and writes the bucket, and removes no versions (docs/backups.md).\n    Fix: pulumi config set --secret backupAccessKey',
      'backupSecretKey is not set, and backups is s3. Allowed: the secret of backupAccessKey.\n    Fix: pulumi config set --secret backupSecretKey',
      'backupRegion and backupEndpoint are both not set, so the bucket cannot be found. Allowed: the region of the bucket at AWS, or the host of another S3 in backupEndpoint.\n    Fix: pulumi config set backupRegion eu-central-1',
    ],
  },
  {
    title: 'a place for backups whose words cannot be',
    raw: {
      ...{ backups: 's3', volume: 10, database: 'local', backupRegion: 'EU' },
      ...{ backupBucket: 'Acme', backupEndpoint: 'https://s3.corp.example' },
      ...{ backupAccessKey: 'A B', backupSecretKey: 'short' },
    },
    context: { secretKeys: ['backupAccessKey', 'backupSecretKey'] },
    messages: [
      'backupRegion = "EU" is not the name of a region. Allowed: lower-case letters, digits and hyphens.\n    Fix: pulumi config set backupRegion fra1',
      'backupBucket = "Acme" is not the name of a bucket. Allowed: 3 to 63 lower-case letters, digits, dots and hyphens.\n    Fix: pulumi config set backupBucket acme-backups',
      'backupEndpoint = "https://s3.corp.example" is a URL, not a host. Allowed: a host, or host:port, that speaks https.\n    Fix: pulumi config set backupEndpoint s3.eu-central-1.amazonaws.com',
      'backupAccessKey = "(hidden)" is not an access key. Allowed: 3 to 128 characters of ASCII without spaces.\n    Fix: pulumi config set backupAccessKey --secret',
      'backupSecretKey = "(hidden)" is not a secret access key. Allowed: 16 to 256 characters of ASCII without spaces.\n    Fix: pulumi config set backupSecretKey --secret',
    ],
  },
  {
    title: 'a key to backups that everybody may read',
    raw: {
      ...{ backups: 's3', volume: 10, database: 'local', backupRegion: 'eu-central-1' },
      ...{ backupBucket: 'acme-backups', backupAccessKey: 'AKIA123' },
      backupSecretKey: 'a-secret-of-16-or-more',
    },
    messages: [
      'backupAccessKey is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret backupAccessKey, and change the value: it has been seen',
      'backupSecretKey is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret backupSecretKey, and change the value: it has been seen',
    ],
  },
  {
    title: 'keys of an S3 beside other backups',
    raw: {
      ...{ backupBucket: 'acme-backups', backupEndpoint: 's3.corp.example' },
      ...{ backupAccessKey: 'AKIA123', backupSecretKey: 'a-secret-of-16-or-more' },
    },
    context: { secretKeys: ['backupAccessKey', 'backupSecretKey'] },
    messages: [
      'backupBucket is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupBucket, or pulumi config set backups s3',
      'backupAccessKey is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupAccessKey, or pulumi config set backups s3',
      'backupSecretKey is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupSecretKey, or pulumi config set backups s3',
      'backupEndpoint is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupEndpoint, or pulumi config set backups s3',
    ],
  },
  {
    title: 'a key for reading that is not whole, and one that is in plain text',
    raw: {
      ...{ backups: 's3', volume: 10, database: 'local', backupRegion: 'eu-central-1' },
      ...{ backupBucket: 'acme-backups', backupAccessKey: 'AKIA123' },
      ...{ backupSecretKey: 'a-secret-of-16-or-more', backupReaderAccessKey: 'AKIAREAD' },
    },
    context: { secretKeys: ['backupAccessKey', 'backupSecretKey'] },
    messages: [
      'backupReaderSecretKey is not set, and backupReaderAccessKey is. Allowed: both, of a key that reads the bucket and writes nothing (docs/backups.md), or neither.\n    Fix: pulumi config set --secret backupReaderSecretKey, or pulumi config rm backupReaderAccessKey',
      'backupReaderAccessKey is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret backupReaderAccessKey, and change the value: it has been seen',
    ],
  },
  {
    title: 'a key for reading that is the host’s own',
    raw: {
      ...{ backups: 's3', volume: 10, database: 'local', backupRegion: 'eu-central-1' },
      ...{ backupBucket: 'acme-backups', backupAccessKey: 'AKIA123' },
      ...{ backupSecretKey: 'a-secret-of-16-or-more', backupReaderAccessKey: 'AKIA123' },
      backupReaderSecretKey: 'a-secret-of-16-or-more',
    },
    context: {
      secretKeys: [
        ...['backupAccessKey', 'backupSecretKey', 'backupReaderAccessKey', 'backupReaderSecretKey'],
      ],
    },
    messages: [
      'backupReaderAccessKey is backupAccessKey itself, which writes. Allowed: another key, which reads alone (docs/backups.md).\n    Fix: pulumi config set --secret backupReaderAccessKey, or pulumi config rm-all backupReaderAccessKey backupReaderSecretKey',
    ],
  },
  {
    title: 'a key for reading beside other backups',
    raw: {
      ...{ backupReaderAccessKey: 'AKIAREAD', backupReaderSecretKey: 'a-secret-of-16-or-more' },
    },
    context: { secretKeys: ['backupReaderAccessKey', 'backupReaderSecretKey'] },
    messages: [
      'backupReaderAccessKey is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupReaderAccessKey, or pulumi config set backups s3',
      'backupReaderSecretKey is set beside backups = "none", where it means nothing. Allowed: only with backups = "s3".\n    Fix: pulumi config rm backupReaderSecretKey, or pulumi config set backups s3',
    ],
  },
  {
    title: 'a copy of backups that are not in Spaces',
    raw: { backupCopyRegion: 'ams3' },
    messages: [
      'backupCopyRegion is set, and backups is not spaces. Allowed: a second region for backups in Spaces; a bucket of another S3 is replicated there.\n    Fix: pulumi config rm backupCopyRegion',
    ],
  },
  {
    title: 'a copy of backups beside them',
    raw: {
      ...{ backups: 'spaces', volume: 10, database: 'local', region: 'fra1' },
      backupCopyRegion: 'fra1',
    },
    messages: [
      'backupCopyRegion = "fra1" is the region of the backups themselves. Allowed: another one of ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupCopyRegion ams3, or another one',
    ],
  },
  {
    title: 'a copy of backups beside them, in the region that is advised to others',
    raw: {
      ...{ backups: 'spaces', volume: 10, database: 'local', region: 'ams3' },
      backupCopyRegion: 'ams3',
    },
    messages: [
      'backupCopyRegion = "ams3" is the region of the backups themselves. Allowed: another one of ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupCopyRegion atl1, or another one',
    ],
  },
  {
    title: 'a region for the copy of backups that has no Spaces',
    raw: { backupCopyRegion: 'ams1' },
    messages: [
      'backupCopyRegion = "ams1" is no region that has Spaces. Allowed: ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupCopyRegion ams3',
    ],
  },
  {
    title: 'backups of an environment to an S3',
    raw: {
      ...{ backups: 's3', volume: 10, database: 'local', backupRegion: 'eu-central-1' },
      ...{ backupBucket: 'acme-backups', backupAccessKey: 'AKIA123' },
      ...{ backupSecretKey: 'a-secret-of-16-or-more', expires: '2099-01-02T03:04Z' },
    },
    context: { secretKeys: ['backupAccessKey', 'backupSecretKey'] },
    messages: [
      'backups is s3, and the stack has an expiry. Allowed: none where expires is set: what is to go holds no key to backups.\n    Fix: pulumi config set backups none',
    ],
  },
  {
    title: 'backups without a volume',
    raw: { backups: 'spaces', backupRegion: 'fra1' },
    messages: [
      'backups is spaces, and there is no volume with anything to back up. Allowed: spaces only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config set backups none',
    ],
  },
  {
    title: 'backups of an environment',
    raw: {
      backups: 'spaces',
      volume: 10,
      database: 'local',
      region: 'fra1',
      expires: '2099-01-02T03:04Z',
    },
    messages: [
      'backups is spaces, and the stack has an expiry. Allowed: none where expires is set: what is to go leaves no bucket behind.\n    Fix: pulumi config set backups none',
    ],
  },
  {
    title: 'backups of nothing',
    raw: { backups: 'spaces', backupRegion: 'fra1', volume: 10 },
    messages: [
      'backups is spaces, and there is neither a database nor appVolumes to back up. Allowed: spaces only where one of them is set.\n    Fix: pulumi config set database local, or pulumi config set backups none',
    ],
  },
  {
    title: 'a region without Spaces, and no other one for the backups',
    raw: { backups: 'spaces', volume: 10, database: 'local', region: 'nyc1' },
    messages: [
      'backupRegion is not set, and the region of the droplet has no Spaces. Allowed: ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupRegion fra1',
    ],
  },
  {
    title: 'a region for backups that has no Spaces',
    raw: { backupRegion: 'nyc1' },
    messages: [
      'backupRegion = "nyc1" is no region that has Spaces. Allowed: ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupRegion fra1',
    ],
  },
  {
    title: 'numbers of backups that are none',
    raw: { keepDaily: 0, keepWeekly: 'all' },
    messages: [
      'keepDaily = 0 is not a number of days. Allowed: a whole number from 1 to 366.\n    Fix: pulumi config set keepDaily 7',
      'keepWeekly = "all" is not a number of weeks. Allowed: a whole number from 1 to 520.\n    Fix: pulumi config set keepWeekly 4',
    ],
  },
]
