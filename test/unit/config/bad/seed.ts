import type { BadConfiguration } from './bad-configuration.ts'

const expires = '2099-01-02T03:04Z'

/** What an environment's database begins with. */
export const seed: BadConfiguration[] = [
  {
    title: 'another kind of seed',
    raw: { seed: 'production' },
    messages: [
      'seed = "production" is none of none, empty, snapshot. Allowed: none, empty, snapshot.\n    Fix: pulumi config set seed empty',
    ],
  },
  {
    title: 'a seed of a lasting stack',
    raw: { seed: 'empty', database: 'local', volume: 1 },
    messages: [
      'seed is empty, and the stack has no expiry: what a lasting stack has lost is restored, and not made up. Allowed: none where expires is not set.\n    Fix: pulumi config set seed none; in Pulumi.preview.yaml, ./padlock env up sets expires',
    ],
  },
  {
    title: 'a seed without a database on the host',
    raw: { seed: 'empty', database: 'managed', expires },
    messages: [
      'seed is empty, and database is managed. Allowed: none, or any with database = local.\n    Fix: pulumi config set database local and pulumi config set volume 1, or pulumi config set seed none',
    ],
  },
  {
    title: 'a seed without a volume',
    raw: { seed: 'empty', database: 'local', expires },
    messages: [
      'database is local, and there is no volume that its rows could lie on. Allowed: local only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config set database none',
    ],
  },
  {
    title: 'a command that fills nothing',
    raw: { seedCommand: 'loaddata' },
    messages: [
      'seedCommand is set, and seed is none, so it would never run. Allowed: a command only where seed is set.\n    Fix: pulumi config set seed empty, or pulumi config rm seedCommand',
    ],
  },
  {
    title: 'a command to fill the database that has an open quote',
    raw: { seed: 'empty', database: 'local', volume: 1, expires, seedCommand: 'load "' },
    messages: [
      `seedCommand = "load \\"" has a quote that is not closed. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set seedCommand 'python manage.py loaddata fixtures.json'`,
    ],
  },
  ...[
    { path: 'nowhere.sql', wrong: 'is no file that can be read' },
    { path: 'empty.sql', wrong: 'is an empty file' },
    { path: '../anonymise.sql', wrong: 'is outside of the project' },
    { path: '/root/anonymise.sql', wrong: 'is outside of the project' },
  ].map(({ path, wrong }) => ({
    title: `SQL to anonymise with that ${wrong}: ${path}`,
    raw: { anonymiseSql: path, database: 'local', volume: 1 },
    messages: [
      `anonymiseSql = "${path}" ${wrong}. Allowed: the path of a file of SQL in the project, which takes out what nobody else may see.\n    Fix: pulumi config set anonymiseSql app/anonymise.sql`,
    ],
  })),
  {
    title: 'snapshots of no database',
    raw: { anonymiseSql: 'anonymise.sql', database: 'managed' },
    messages: [
      'anonymiseSql is set, and there is no database = local that it could be about. Allowed: a file of SQL only where database is local.\n    Fix: pulumi config set database local, or pulumi config rm anonymiseSql',
    ],
  },
  {
    title: 'snapshots of an environment',
    raw: { anonymiseSql: 'anonymise.sql', database: 'local', volume: 1, expires },
    messages: [
      'anonymiseSql is set, and the stack has an expiry. Allowed: absent where expires is set: snapshots are of a lasting stack, and environments read them by seed.\n    Fix: pulumi config rm anonymiseSql',
    ],
  },
  {
    title: 'snapshots in a region without Spaces',
    raw: { anonymiseSql: 'anonymise.sql', database: 'local', volume: 1, region: 'nyc1' },
    messages: [
      'backupRegion is not set, and the region of the droplet has no Spaces. Allowed: ams3, atl1, blr1, fra1, lon1, nyc3, sfo2, sfo3, sgp1, syd1, tor1.\n    Fix: pulumi config set backupRegion fra1',
    ],
  },
  {
    title: 'a snapshot that nobody said the place of',
    raw: { seed: 'snapshot', database: 'local', volume: 1, expires },
    messages: [
      'seedReader is not set, and seed is snapshot. Allowed: the output seedReader of the stack that the snapshots are of.\n    Fix: (umask 077; pulumi stack output seedReader --show-secrets --stack production > seed-reader.json); then, logged in to the backend of preview, pulumi config set --secret seedReader --stack preview < seed-reader.json && rm seed-reader.json',
    ],
  },
  ...['hunter2', '{"bucket":"shop-seed"}'].map((seedReader) => ({
    title: `a place of snapshots that is none: ${seedReader}`,
    raw: { seed: 'snapshot', database: 'local', volume: 1, expires, seedReader },
    context: { secretKeys: ['seedReader'] },
    messages: [
      'seedReader = "(hidden)" is not what that output is. Allowed: the output seedReader of the stack that the snapshots are of, as it is.\n    Fix: (umask 077; pulumi stack output seedReader --show-secrets --stack production > seed-reader.json); then, logged in to the backend of preview, pulumi config set --secret seedReader --stack preview < seed-reader.json && rm seed-reader.json',
    ],
  })),
  {
    title: 'a place of snapshots in plain text',
    raw: {
      ...{ seed: 'snapshot', database: 'local', volume: 1, expires },
      seedReader:
        '{"endpoint":"fra1.digitaloceanspaces.com","region":"us-east-1","bucket":"shop-seed","key":"DO00ABC","secret":"0123456789abcdef","passphrase":"0123456789abcdef"}',
    },
    messages: [
      'seedReader is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret seedReader, and change the value: it has been seen',
    ],
  },
]
