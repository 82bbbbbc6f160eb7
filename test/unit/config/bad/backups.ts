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
    title: 'backups to an S3 of somebody else',
    raw: { backups: 's3' },
    messages: [
      'backups is s3, which this version cannot do yet. Allowed: none, spaces.\n    Fix: pulumi config set backups spaces',
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
      'backups is spaces, and there is neither database = local nor appVolumes to back up. Allowed: spaces only where one of them is set.\n    Fix: pulumi config set database local, or pulumi config set backups none',
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
