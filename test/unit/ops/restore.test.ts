import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { read } from '../../../ops/backups/list.ts'
import { momentIn } from '../../../ops/backups/moment.ts'
import { sourceIn } from '../../../ops/backups/source.ts'
import { described as listed } from '../../../ops/cli/backup/list.ts'
import { codeOf, conflict, described, question, run } from '../../../ops/cli/restore.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'restore-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

test.each([
  ['2026-11-29T03:00:00Z', '2026-11-29T03:00:00.000Z'],
  ['2026-11-29 03:00:00.5+02:00', '2026-11-29T01:00:00.500Z'],
  ['2026-11-29T03:00Z', '2026-11-29T03:00:00.000Z'],
  ['2024-02-29T01:00:00+02:00', '2024-02-28T23:00:00.000Z'],
  ['2026-11-29t03:00:00.123456z', '2026-11-29T03:00:00.123456Z'],
])('a moment: %s', (text, moment) => {
  expect(momentIn(text, NOW)).toBe(moment)
})

test.each([
  [
    '2026-11-29T03:00:00',
    'is no time with a zone. Allowed: RFC 3339, such as 2026-11-29T11:00:00Z',
  ],
  ['yesterday', 'is no time with a zone'],
  ['2026-13-29T03:00:00Z', 'is not in the calendar'],
  ['2026-02-29T03:00:00Z', 'is not in the calendar'],
  ['2026-10-31T24:00:00Z', 'is not in the calendar'],
  ['2026-11-29T12:00:01Z', 'is in the future: it is 2026-11-29T12:00:00.000Z here'],
])('no moment: %s', (text, words) => {
  expect(() => momentIn(text, NOW)).toThrow(`--at ${text} ${words}`)
})

test.each([
  [{ at: 'x', backup: '20261129-010000F' }, '--at or --backup, not both'],
  [{ stack: 'dev', from: 'kept.json' }, '--stack or --from, not both'],
  [{ from: 'kept.json' }, '--from needs --to: into which stack?'],
  [{ backup: 'latest' }, '--backup latest is no label; ./padlock backup list has them'],
  [{ backup: '20261129-010000F_20261129-020000I' }, undefined],
  [{ drill: true, to: 'copy' }, expect.stringContaining('without --from, --to, --yes and')],
  [{ drill: true, yes: true }, expect.stringContaining('asks nothing')],
  [{ json: true }, '--json is of --drill alone'],
  [{ copy: true }, '--copy is of --drill alone'],
  [{ ttl: '8h' }, '--ttl is of --drill alone'],
  [{ drill: true, ttl: '8h' }, undefined],
  [{ drill: true, json: true, at: 'x' }, undefined],
  [{ backup: 'da4ea0a9', to: 'copy' }, undefined],
])('words that go together, or do not: %j', (values, words) => {
  expect(conflict(values)).toEqual(words)
})

test('without a terminal nobody is asked, and nothing is changed without --yes', async () => {
  const place = join(dir, 'place.json')
  writeFileSync(place, JSON.stringify(SOURCE), { mode: 0o600 })
  await expect(run(['--from', place, '--to', 'copy'])).rejects.toThrow(
    'what copy has now is replaced, and without a terminal nobody can be asked. Fix: --yes',
  )
})

test('the question says what is lost', () => {
  expect(question('dev', '2026-11-29T03:00:00Z', undefined, 'dev')).toBe(
    'the state of 2026-11-29T03:00:00Z from the backups of dev replaces what dev has. Whatever was written after that moment is lost.',
  )
  expect(question('copy', undefined, undefined, 'dev')).toContain('Whatever copy has now is lost.')
})

const SOURCE = {
  ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-backups' },
  ...{
    key: 'DO00ABC',
    secret: 'secret-0123456789',
    prefix: 'shop-dev',
    passphrase: 'correct-horse',
  },
}

test('what was kept outside of a stack is read, JSON or YAML', () => {
  const [json, yaml] = [join(dir, 'kept.json'), join(dir, 'kept.yaml')]
  writeFileSync(json, JSON.stringify(SOURCE), { mode: 0o600 })
  const lines = Object.entries(SOURCE).map(([key, value]) => `${key}: ${value}`)
  writeFileSync(yaml, lines.join('\n'), { mode: 0o600 })
  expect(sourceIn(json)).toEqual(SOURCE)
  expect(sourceIn(yaml)).toEqual(SOURCE)
})

test.each<[string, string, string]>([
  ['others', JSON.stringify(SOURCE), 'others may read it. Fix: chmod 600'],
  ['broken', `{"secret": "secret-0123456789`, 'is neither JSON nor YAML'],
  ['short', JSON.stringify({ ...SOURCE, key: undefined }), 'output backupAccess is: key. Allowed:'],
  ['long', JSON.stringify({ ...SOURCE, more: 1 }), 'output backupAccess is: more. Allowed:'],
])('a file that is refused, without a word of what is in it: %s', (name, text, words) => {
  const path = join(dir, name)
  writeFileSync(path, text)
  chmodSync(path, name === 'others' ? 0o644 : 0o600)
  const refused = () => sourceIn(path)
  expect(refused).toThrow(words)
  expect(refused).not.toThrow('secret-0123456789')
})

test('what was restored, and what is to be looked at', () => {
  const database = { label: '20261129-010000F', until: '2026-11-29T03:00:00Z', seconds: 9.91 }
  const problems = ['no last backup was made of files bucket; the restore goes on']
  expect(described('dev', { database, seconds: 14, downSeconds: 4.25, problems })).toBe(
    [
      'database: as of 2026-11-29T03:00:00Z, from backup 20261129-010000F (9.9 s)',
      'dev is restored, after 14.0 s, of which 4.3 s without service',
      'but no last backup was made of files bucket; the restore goes on',
    ].join('\n'),
  )
})

test('whoever goes by the exit code hears of an app that does not answer', () => {
  expect([{}, { appReady: true }, { appReady: false }].map(codeOf)).toEqual([0, 0, 3])
})

test('the list for a terminal', () => {
  const stop = Date.parse('2026-11-29T01:00:09Z') / 1000
  const backups = [{ label: '20261129-010000F', type: 'full' as const, stop, size: 31_457_280 }]
  const window = { from: '2026-11-29T01:00:09Z', until: '2026-11-29T11:59:00Z' }
  const what = 'database' as const
  const volume = { what, where: 'volume' as const, backups, problem: null }
  const windows = [{ ...window, of: 'another database, of PostgreSQL 16' }]
  const holes = [
    { from: '2026-11-29T11:59:00Z', until: '2026-11-29T12:30:00Z' },
    { from: null, until: null },
  ]
  const whole = [
    'database, on the volume',
    '  20261129-010000F  full      2026-11-29T01:00:09Z  30.0 MiB',
    '  any moment from 2026-11-29T01:00:09Z to 2026-11-29T11:59:00Z',
  ].join('\n')
  expect(listed(read({ ...volume, windows, holes }))).toBe(
    [
      `${whole}, of another database, of PostgreSQL 16`,
      '  a part of the log after 2026-11-29T11:59:00Z is missing: moments are whole again from 2026-11-29T12:30:00Z on',
      '  a part of the log of some time is missing: no later moment until the next backup',
    ].join('\n'),
  )
  // Of a host whose programs are older.
  expect(listed(read({ ...volume, window }))).toBe(whole)
  const away = read({ what, where: 'bucket', backups: [], problem: 'HTTP\n403' })
  expect(listed(away)).toBe('database, in the bucket\n  cannot be read: HTTP ⏎ 403')
})
