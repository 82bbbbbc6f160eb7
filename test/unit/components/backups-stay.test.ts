import { checkBackups, warnOfBackups, warnOfFewer } from '../../../components/account/backups.ts'
import type { Former } from '../../../components/state.ts'
import type { BackupSettings } from '../../../config/backups/index.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from '../config/context.ts'

const kept = { keepDaily: 7, keepWeekly: 4, protect: true, keep: true }
const spaces: BackupSettings = { kind: 'spaces', region: 'fra1', copyRegion: 'nyc3', ...kept }
const { copyRegion: _, ...single } = spaces
const s3: BackupSettings = {
  kind: 's3',
  place: { endpoint: 's3.example', region: 'us-east-1', bucket: 'acme', key: 'k', secret: 's' },
  ...kept,
}
const component = (name: string, outputs: object): Former => ({
  ...{ urn: `urn:pulumi:dev::padlock::padlock:index:${name}::padlock-dev`, outputs },
  type: `padlock:index:${name}`,
})
const bucket = (within: string, name: string, region: string): Former => ({
  urn: `urn:pulumi:dev::padlock::padlock:index:Deployment$padlock:index:${within}$digitalocean:index/spacesBucket:SpacesBucket::x`,
  type: 'digitalocean:index/spacesBucket:SpacesBucket',
  outputs: { name, region },
})
const inS3 = (keeps?: boolean) => [component('Backups', { keeps, place: 's3.example/acme' })]
const inSpaces = (keeps?: boolean) => [
  component('Backups', { keeps, place: 'fra1.example/first-1' }),
  component('SpacesBackups', { keeps }),
  component('SpacesCopy', { keeps }),
  bucket('SpacesBackups', 'first-1', 'fra1'),
  bucket('SpacesCopy', 'second-1', 'nyc3'),
  bucket('SeedBucket', 'seed-1', 'fra1'),
]
const told = (state: Former[], wanted?: BackupSettings) => {
  try {
    checkBackups(state, wanted)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test.each<[string, Former[], BackupSettings | undefined]>([
  ['none yet, and none wanted', [], undefined],
  ['snapshots alone', [bucket('SeedBucket', 'seed-1', 'fra1')], undefined],
  ['the first', [], spaces],
  ['the same', inSpaces(true), spaces],
  ['of another S3, the same', inS3(true), s3],
  ['of another S3, which the stack’s own bucket takes the place of', inS3(true), spaces],
  ['given up', inSpaces(false), undefined],
  ['of another S3, given up', inS3(false), undefined],
  // The engine ended at a bucket that was not empty.
  ['given up, with the bucket still there', inSpaces(false).slice(1), undefined],
  ['a copy that is given up', inSpaces(false), single],
  ['elsewhere by consent', inSpaces(true), { ...spaces, region: 'ams3', keep: false }],
  ['a copy elsewhere by consent', inSpaces(true), { ...spaces, copyRegion: 'sfo3', keep: false }],
  ['another S3 by consent', inSpaces(false), s3],
])('goes on: %s', (_name, state, wanted) => {
  expect(told(state, wanted)).toBe('')
})

const KEEP = '(umask 077; pulumi stack output backupAccess --show-secrets > access.json)'
const ACCESS = `${KEEP} before they are given up`
/** From another S3 to the bucket that there is. */
const BACK =
  'pulumi config rm-all backupRegion backupBucket backupAccessKey backupSecretKey backupReaderAccessKey backupReaderSecretKey backupEndpoint && pulumi config set backupRegion fra1 && pulumi config set backups spaces && pulumi config set backupCopyRegion nyc3'
const CONSENT = "pulumi config set --path 'allowDelete[0]' backups"

test.each<[string, Former[], BackupSettings | undefined, string[]]>([
  [
    'the passphrase of another S3',
    inS3(true),
    undefined,
    [
      'backups is not set, but this stack has backups in s3.example/acme and would delete the one passphrase that opens them. Allowed: s3, until they are given up.',
      'the stack goes on with them: pulumi config set backups s3\n',
      ACCESS,
      `pulumi config set backups s3 && ${CONSENT} && pulumi up, then pulumi config rm-all backups backupRegion backupBucket backupAccessKey backupSecretKey backupReaderAccessKey backupReaderSecretKey backupEndpoint && pulumi up`,
      'Nothing was created or changed.',
    ],
  ],
  ['where nobody knows', inS3(), undefined, ['the one passphrase that opens them']],
  [
    'the bucket',
    inSpaces(true),
    undefined,
    [
      'this stack has backups in fra1.example/first-1 and would delete the bucket first-1 and the one passphrase',
      'Allowed: spaces,',
      KEEP,
      'copy what is in the bucket first-1 to another one (aws s3 sync), whose endpoint, region, bucket, key and secret access.json is to name, before they are given up',
      'the stack goes on with them: pulumi config set backups spaces && pulumi config set backupCopyRegion nyc3\n',
      `given up: pulumi config set backups spaces && pulumi config set backupCopyRegion nyc3 && ${CONSENT} && pulumi up, empty the bucket first-1 and the bucket second-1, then pulumi config rm-all backups backupCopyRegion && pulumi up`,
    ],
  ],
  [
    'a bucket of a state that has no more of them',
    inSpaces(true).slice(1),
    undefined,
    ['backups in first-1'],
  ],
  [
    'the bucket, for another S3',
    inSpaces(true),
    s3,
    [
      `backups = "s3" has no bucket of the stack's own, but this stack has the bucket first-1`,
      'Allowed: spaces, until that bucket is given up',
      `Fix: ${BACK}, or give it up: ${BACK} && ${CONSENT} && pulumi up, empty the bucket first-1 and the bucket second-1, then pulumi config rm-all backupRegion backupCopyRegion && pulumi config set backups s3, its keys again, and pulumi up`,
    ],
  ],
  [
    'the bucket, in another region',
    inSpaces(true),
    { ...spaces, region: 'ams3' },
    [
      `backupRegion (where it is not set, region) = "ams3" is not where the stack's bucket first-1 is`,
      'Allowed: fra1, where the backups are.',
      `Fix: pulumi config set backupRegion fra1, or give the backups up: ${CONSENT}`,
    ],
  ],
  [
    'the copy',
    inSpaces(true),
    single,
    [
      'backupCopyRegion is not set, but this stack has a copy of its backups in the bucket second-1 in nyc3',
      'Allowed: nyc3, where the copy is.',
      'Fix: pulumi config set backupCopyRegion nyc3, or give the copy up',
    ],
  ],
  [
    'the copy, in another region',
    inSpaces(true),
    { ...spaces, copyRegion: 'sfo3' },
    ['backupCopyRegion = "sfo3"', 'the bucket second-1 in nyc3'],
  ],
])('is refused: %s', (_name, state, wanted, words) => {
  const message = told(state, wanted)
  for (const one of words) expect(message).toContain(one)
})

test('the way back from another S3 is one that the rules take', () => {
  const keys = { backupBucket: 'acme-backups', backupRegion: 'eu-central-1' }
  const secrets = { backupAccessKey: 'AKIA123', backupSecretKey: 'a-secret-of-16-or-more' }
  const raw: Record<string, unknown> = {
    backups: 's3',
    volume: 10,
    database: 'local',
    ...keys,
    ...secrets,
  }
  for (const command of BACK.split(' && ')) {
    for (const key of /rm-all (.*)/.exec(command)?.[1]?.split(' ') ?? []) delete raw[key]
    const [, key = '', value] = /config set (\w+) (\w+)/.exec(command) ?? []
    if (key) raw[key] = value
  }
  const { backups } = parse({ ...defaults, ...good, ...raw }, context())
  expect(told(inSpaces(true), backups)).toBe('')
})

test.each<[string, object, Partial<BackupSettings>, string[]]>([
  ['the same', { keepDaily: 7, keepWeekly: 4 }, {}, []],
  ['more', { keepDaily: 6, keepWeekly: 3 }, {}, []],
  ['where nobody knows', {}, {}, []],
  [
    'fewer weeks',
    { keepDaily: 7, keepWeekly: 52 },
    {},
    [
      'keepWeekly goes from 52 to 4: what is older goes with the next backup (in Spaces older versions stay 30 days: docs/backups.md)',
    ],
  ],
  [
    'fewer of both, in another S3',
    { keepDaily: 14, keepWeekly: 5 },
    s3,
    [
      'keepDaily goes from 14 to 7, and keepWeekly goes from 5 to 4: what is older goes with the next backup (in a bucket with versions these stay',
    ],
  ],
])('kept are %s, which an update tells', async (_name, numbers, change, words) => {
  const said: string[] = []
  const wanted = { ...spaces, ...change } as BackupSettings
  await warnOfFewer([component('Backups', numbers)], wanted, async (text) => void said.push(text))
  expect(said).toEqual(words.map((one) => expect.stringContaining(one)))
})

test('without backups nothing is said of their number', async () => {
  const warn = jest.fn()
  await warnOfFewer([], spaces, warn)
  await warnOfFewer([component('Backups', { keepDaily: 9, keepWeekly: 9 })], undefined, warn)
  expect(warn).not.toHaveBeenCalled()
})

test.each<[string, Partial<BackupSettings>, string[]]>([
  ['protected', {}, []],
  [
    'lifted',
    { protect: false },
    ['their passphrase goes with the state. Before one: (umask 077; pulumi stack output backupA'],
  ],
  [
    'named',
    { protect: false, keep: false },
    ['in the panel: empty first-1 and second-1, older versions too', 'backupAccess --show-secrets'],
  ],
])('where their protection is %s, an update tells it', async (_name, change, words) => {
  const said: string[] = []
  const wanted = { ...spaces, ...change } as BackupSettings
  await warnOfBackups(inSpaces(true), wanted, async (text) => void said.push(text))
  expect(said).toHaveLength(Math.min(words.length, 1))
  for (const one of words) expect(said[0]).toContain(one)
})
