import { type DrillSteps, drill, succeeded } from '../../../ops/backups/drill.ts'
import {
  drilled,
  drillName,
  drillSettings,
  noBackups,
} from '../../../ops/backups/drill-environment.ts'
import { describeDrill } from '../../../ops/backups/drill-receipt.ts'
import type { Restored } from '../../../ops/backups/restore.ts'
import { isOfTheNewest } from '../../../ops/cli/restore-drill.ts'
import { isEphemeralName } from '../../../ops/environments/removable.ts'

const ENVIRONMENT = 'drill-20261129-0901'
const OLDER =
  'nothing tells what the stack production backs up: an older program made it. Fix: pulumi up --stack production'
const NOW = new Date()
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString()
const RESTORED: Restored = {
  database: { label: '20261129-011000F', until: '2026-11-29T08:59:30Z', seconds: 9.9 },
  files: { label: '1a2b3c4d', until: '2026-11-29T01:11:00Z', seconds: 1.9 },
  ...{ seconds: 14, downSeconds: 2.8, problems: [] },
}
/** The same, of this night. */
const FRESH: Restored = {
  ...RESTORED,
  database: { label: '20261129-011000F', until: ago(0), seconds: 9.9 },
  files: { label: '1a2b3c4d', until: ago(8), seconds: 1.9 },
}
const ROWS = {
  ...{ version: '17.6', bytes: 9 * 1024 ** 2, rows: 1003, hash: 'a'.repeat(64) },
  tables: [
    { name: 'public.users', rows: 3 },
    { name: 'public.visits', rows: 1000 },
  ],
}
const FILES = { files: 2, bytes: 15, hash: 'b'.repeat(64) }

/** Steps that succeed, but for those that are given; `called` has their names in order. */
function fake(changed: Partial<DrillSteps> = {}) {
  const called: string[] = []
  const all: DrillSteps = {
    up: async () => {},
    retire: async () => {},
    restore: async () => FRESH,
    checkDatabase: async () => ROWS,
    checkFiles: async () => FILES,
    down: async () => [],
    ...changed,
  }
  const steps = Object.fromEntries(
    Object.entries(all).map(([name, work]) => [
      name,
      () => {
        called.push(name)
        return work()
      },
    ]),
  ) as unknown as DrillSteps
  return { steps, called }
}
const FROM = 'fra1.digitaloceanspaces.com/shop-backups'
const WHOSE = { stack: 'production', from: FROM, environment: ENVIRONMENT }
const OPTIONS = { ...WHOSE, database: true, files: true, newest: true, copy: false }
const ALL = ['up', 'retire', 'restore', 'checkDatabase', 'checkFiles', 'down']
const fails = (words: string) => async () => {
  throw new Error(words)
}

test('what was restored is read, and nothing is left', async () => {
  const { steps, called } = fake({ restore: async () => RESTORED })
  const said: string[] = []
  const receipt = await drill(steps, { ...OPTIONS, newest: false, say: (line) => said.push(line) })
  expect(called).toEqual(ALL)
  expect(receipt).toMatchObject({
    ...{ ...WHOSE, problems: [], left: [] },
    database: { label: '20261129-011000F', until: '2026-11-29T08:59:30Z', seconds: 9.9, ...ROWS },
    files: { label: '1a2b3c4d', ...FILES },
  })
  expect(receipt.steps.map(({ step }) => step)).toEqual([
    ...['up', 'retire', 'restore', 'check', 'down'],
  ])
  expect(succeeded(receipt)).toBe(true)
  expect(said[1]).toBe('takes the app away from it')
  const text = describeDrill({ ...receipt, startedAt: '2026-11-29T09:01:02.000Z', seconds: 201.4 })
  expect(text.split('\n')).toEqual([
    `Drill of production in ${ENVIRONMENT}, 2026-11-29 09:01Z: restored, 201.4 s`,
    `  from      ${FROM}`,
    '  database  20261129-011000F, as of 2026-11-29T08:59:30Z, in 9.9 s',
    '            PostgreSQL 17.6, 9.0 MiB, rows of 2 tables: 1003',
    '                       3  public.users',
    '                    1000  public.visits',
    `            sha256 ${'a'.repeat(64)}`,
    '  files     1a2b3c4d, as of 2026-11-29T01:11:00Z, in 1.9 s',
    '            files: 2, 0.0 MiB',
    `            sha256 ${'b'.repeat(64)}`,
    '  seconds   up 0, retire 0, restore 0, check 0, down 0',
    `Nothing is left of ${ENVIRONMENT}.`,
  ])
})

test.each([
  ['up', ['up', 'down']],
  ['retire', ['up', 'retire', 'down']],
  ['restore', ['up', 'retire', 'restore', 'down']],
  ['checkDatabase', ALL],
  ['checkFiles', ALL],
] as const)(
  '%s fails: what comes after it does not happen, but for the end',
  async (step, after) => {
    const { steps, called } = fake({ [step]: fails('no such bucket') })
    const receipt = await drill(steps, OPTIONS)
    expect(called).toEqual(after)
    expect(receipt.problems).toEqual(['no such bucket'])
    expect(succeeded(receipt)).toBe(false)
    expect(describeDrill(receipt)).toMatch(
      /: FAILED, [\s\S]*\n {2}FAILED {4}no such bucket\nNothing is left/,
    )
  },
)

test('a damaged database does not keep the files from being read', async () => {
  const { steps } = fake({ checkDatabase: fails('the database is damaged') })
  const { database, files } = await drill(steps, OPTIONS)
  expect([database, files]).toEqual([undefined, expect.objectContaining(FILES)])
})

test('what stays in the accounts is named, with the command that removes it', async () => {
  const left = [{ kind: 'volume', name: 'padlock-drill', id: '7' }]
  const receipt = await drill(fake({ down: async () => left }).steps, OPTIONS)
  expect([receipt.problems, succeeded(receipt)]).toEqual([[], false])
  expect(describeDrill(receipt)).toContain(
    `(./padlock env down ${ENVIRONMENT} does now):\n  volume padlock-drill (7)`,
  )
  const worse = await drill(fake({ down: fails('the API answers 500') }).steps, OPTIONS)
  expect(worse.problems).toEqual([`${ENVIRONMENT} is not torn down: the API answers 500`])
  expect(worse.left).toEqual([{ kind: 'stack', name: ENVIRONMENT, id: ENVIRONMENT }])
})

test.each<[string, Partial<DrillSteps>, string]>([
  [
    'a server without a table',
    { checkDatabase: async () => ({ ...ROWS, tables: [] }) },
    'has no table',
  ],
  [
    'no database at all',
    { restore: async () => ({ ...FRESH, database: undefined }) as Restored },
    'no database was restored',
  ],
  [
    'no files',
    { restore: async () => ({ ...FRESH, files: undefined }) as Restored },
    'no files were restored',
  ],
  ['what the host warns of', { restore: async () => ({ ...FRESH, problems: ['odd'] }) }, 'odd'],
])('%s is a drill that has failed', async (_, changed, words) => {
  const receipt = await drill(fake(changed).steps, OPTIONS)
  expect(receipt.problems).toEqual([expect.stringContaining(words)])
  expect(succeeded(receipt)).toBe(false)
})

test('one that is interrupted ends after its step, and is torn down', async () => {
  const stop = new AbortController()
  const { steps, called } = fake({ retire: async () => stop.abort() })
  const receipt = await drill(steps, { ...OPTIONS, stop: stop.signal })
  expect(called).toEqual(['up', 'retire', 'down'])
  expect(receipt.problems).toEqual(['it was interrupted before the step restore'])
})

test('only what is backed up is looked for', async () => {
  const { steps, called } = fake({
    restore: async () => ({ ...FRESH, files: undefined }) as Restored,
  })
  const receipt = await drill(steps, { ...OPTIONS, files: false })
  expect(called).not.toContain('checkFiles')
  expect(succeeded(receipt)).toBe(true)
})

describe('the age of what was restored', () => {
  const old = (database: number, files: number) => ({
    restore: async () => ({
      ...{ seconds: 14, downSeconds: 2.8, problems: [] },
      database: { label: '20261129-011000F', until: ago(database), seconds: 9.9 },
      files: { label: '1a2b3c4d', until: ago(files), seconds: 1.9 },
    }),
  })

  test.each([
    ['of a night', 1, 25.9, {}, []],
    [
      'of which the files are of the night before',
      1,
      31.5,
      {},
      ['of the files that could be restored (1a2b3c4d) is as of'],
    ],
    ['of which both are', 27, 49, {}, ['of the database that could', 'of the files that could']],
    ['that was asked for by its moment', 500, 500, { newest: false }, []],
    ['of which the files are not looked at', 1, 500, { files: false }, []],
    ['of a copy, a night behind', 50, 50, { copy: true }, []],
    ['of an old copy', 1, 53, { copy: true }, ['52 h is the most for a copy']],
  ])('one %s', async (_, database, files, change, words) => {
    const receipt = await drill(fake(old(database, files)).steps, { ...OPTIONS, ...change })
    expect(receipt.problems).toEqual(words.map((one) => expect.stringContaining(one)))
    expect(succeeded(receipt)).toBe(words.length === 0)
    // It is read all the same.
    expect(receipt.database).toMatchObject(ROWS)
  })

  test('says how old it is, and what to look at', async () => {
    const { problems } = await drill(fake(old(1, 31.5)).steps, OPTIONS)
    expect(problems).toEqual([
      `the newest of the files that could be restored (1a2b3c4d) is as of ${ago(31.5)}, 31 h ago, and 26 h is the most. Look at ./padlock status --stack production and ./padlock backup list --stack production; --at a moment or --backup tries an older one all the same`,
    ])
  })

  test('is not known: that is no drill of the newest one', async () => {
    const files = { label: '1a2b3c4d', until: null, seconds: 1.9 }
    const { problems } = await drill(fake({ restore: async () => ({ ...FRESH, files }) }).steps, {
      ...OPTIONS,
    })
    expect(problems).toEqual([expect.stringContaining('(1a2b3c4d) is of nobody knows when')])
  })

  test('one that was tried before it is told, and is no failure by itself', async () => {
    const passedOver = ['snapshot 5e6f7a8b from the bucket: it is damaged']
    const files = { label: '1a2b3c4d', until: ago(20), seconds: 1.9, passedOver }
    const receipt = await drill(fake({ restore: async () => ({ ...FRESH, files }) }).steps, OPTIONS)
    expect(succeeded(receipt)).toBe(true)
    expect(describeDrill(receipt)).toContain(
      `\n            not snapshot 5e6f7a8b from the bucket: it is damaged\n`,
    )
  })
})

describe('the environment', () => {
  const urn = 'urn:pulumi:production::padlock::x::y'
  const volume = { urn, type: 'digitalocean:index/volume:Volume', inputs: { size: 20 } }
  const backups = (outputs: object) => ({
    urn,
    type: 'padlock:index:Backups',
    outputs: { ...outputs },
  })

  test('is as large as the stack’s volume, and has what is backed up', () => {
    const both = { database: true, files: false }
    expect(drilled('production', [volume, backups(both)])).toEqual({
      ...{ volume: 20, version: '17', ...both, managed: false, inSpaces: false },
    })
    const spaces = { urn, type: 'padlock:index:SpacesBackups' }
    expect(drilled('production', [volume, backups(both), spaces]).inSpaces).toBe(true)
    const grown = { ...volume, inputs: { size: 40 } }
    expect(drilled('production', [volume, grown, backups(both)]).volume).toBe(40)
  })

  test.each([
    ['17', {}],
    ['17', { version: '17' }],
    ['18', { version: '18' }],
  ])('has PostgreSQL %s where the stack has it: %j', (version, outputs) => {
    const local = { urn, type: 'padlock:index:LocalDatabase', outputs }
    const ordered = backups({ database: true, files: true })
    const wanted = drilled('production', [volume, local, ordered])
    expect(wanted.version).toBe(version)
    for (const template of [{}, { databaseVersion: '16', database: 'managed' }])
      expect(drillSettings(wanted, SPACES, template)).toMatchObject({
        ...{ database: 'local', databaseVersion: version },
      })
    const files = drilled('production', [volume, local, backups({ database: false, files: true })])
    expect(drillSettings(files, SPACES, {})).not.toHaveProperty('databaseVersion')
  })

  test('has no database where the app uses another one than the backed up, unless a label names it', () => {
    const beside = { database: true, files: true, beside: true }
    const has = (outputs: object, label?: string) =>
      drilled('production', [volume, backups(outputs)], label)
    expect(has(beside)).toMatchObject({ database: false, files: true, version: undefined })
    expect(has(beside, 'abcdef01')).toMatchObject({ database: false })
    expect(has(beside, '20261129-010203F')).toMatchObject({ database: true, version: '17' })
    expect(() => has({ ...beside, files: false })).toThrow(
      'a drill would show nothing of what the app uses',
    )
  })

  test('has one of its own for the dump of a managed one, and room for it', () => {
    const cluster = (version: string, storageSizeMib?: string) => ({
      ...{ urn, type: 'digitalocean:index/databaseCluster:DatabaseCluster' },
      outputs: { version, ...(storageSizeMib && { storageSizeMib }) },
    })
    const has = (one: object, label?: string) => {
      const ordered = backups({ database: false, files: true, managed: true })
      return drilled('production', [volume, ordered, one as never], label)
    }
    expect(has(cluster('17', '30720'))).toEqual({
      ...{ volume: 30, version: '17', database: true, files: true },
      ...{ managed: true, inSpaces: false },
    })
    expect(has(cluster('18'))).toMatchObject({ volume: 20, version: '18' })
    expect(has(cluster('15'))).toMatchObject({ version: '17' })
    expect(has(cluster('15'), 'abcdef01')).toMatchObject({ managed: true })
    expect(drillSettings(has(cluster('18')), SPACES, { database: 'managed' })).toMatchObject({
      ...{ database: 'local', databaseVersion: '18' },
    })
  })

  test.each([
    ['no backups', [volume], noBackups('production')],
    ['an older program', [volume, backups({})], OLDER],
    ['no volume', [backups({ database: true, files: true })], OLDER],
  ])('with %s there is nothing to try', (_, resources, words) => {
    expect(() => drilled('production', resources)).toThrow(words)
  })

  const SPACES = { endpoint: 'fra1.digitaloceanspaces.com' }
  const WANTED = { volume: 20, database: true, files: true, version: '17', inSpaces: true }

  test('has what restores, and nothing that fills it otherwise', () => {
    const template = {
      seed: 'empty',
      seedCommand: 'fill',
      database: 'managed',
      databaseNodes: 2,
      size: 's',
    }
    const set = drillSettings(WANTED, SPACES, template)
    expect(set).toEqual({ volume: 20, restorable: true, database: 'local', databaseVersion: '17' })
    // Undefined, which takes the template's away.
    expect(Object.keys(set).sort()).toEqual([
      ...[
        'database',
        'databaseNodes',
        'databaseVersion',
        'restorable',
        'seed',
        'seedCommand',
        'volume',
      ],
    ])
    expect(drillSettings({ ...WANTED, database: false }, SPACES, template)).toEqual({
      ...{ volume: 20, restorable: true },
    })
  })

  test('is in the region of a copy that is tried', () => {
    const set = drillSettings(WANTED, { endpoint: 'ams3.digitaloceanspaces.com' }, {}, true)
    expect(set.region).toBe('ams3')
    expect(drillSettings(WANTED, SPACES, {})).not.toHaveProperty('region')
  })

  test('is let out to a bucket of another S3 at another port, as Spaces need no way', () => {
    const spaces = drillSettings(WANTED, { endpoint: 'fra1.digitaloceanspaces.com:8481' }, {})
    expect(spaces).not.toHaveProperty('outbound')
    const out = (outbound: unknown) =>
      drillSettings({ ...WANTED, inSpaces: false }, { endpoint: 's3.example:8481' }, { outbound })
        .outbound
    expect(out(undefined)).toEqual(['8481/tcp'])
    expect(out(['25/tcp', '8481/tcp'])).toEqual(['25/tcp', '8481/tcp'])
    expect(out(['all'])).toBeUndefined()
  })

  test('has a name that tells a sweep what it is, though nothing of it was made', () => {
    expect(drillName(new Date('2026-11-29T09:01:59Z'))).toBe(ENVIRONMENT)
    expect(isEphemeralName(ENVIRONMENT)).toBe(true)
    expect(isEphemeralName('drill-ground')).toBe(false)
  })
})

test('a drill of a moment, or of one backup, does not tell that the newest can be restored', () => {
  expect(
    [{}, { copy: true }, { at: '2026-11-01T00:00:00Z' }, { label: '1a2b3c4d' }].map(isOfTheNewest),
  ).toEqual([...[true, true, false, false]])
})
