import type { DrillReceipt } from '../../ops/backups/drill.ts'
import { type Drill, report, reportDrills } from '../../ops/github/drill.ts'
import { makeRepository, type Repository, RUN, textsOn } from './repository.ts'

let repository: Repository
beforeEach(async () => {
  repository = await makeRepository()
})
afterEach(() => repository.close())

const RECEIPT: DrillReceipt = {
  ...{ stack: 'production', environment: 'drill-20261129-0901' },
  from: 'fra1.digitaloceanspaces.com/shop-backups',
  ...{ startedAt: '2026-11-29T09:01:02.000Z', endedAt: '2026-11-29T09:05:02.000Z', seconds: 240 },
  steps: [
    { step: 'up', seconds: 200 },
    { step: 'down', seconds: 40 },
  ],
  database: {
    ...{ label: '20261129-011000F', until: '2026-11-29T08:59:30Z', seconds: 9.9, version: '17.6' },
    ...{ bytes: 9 * 1024 ** 2, rows: 1003, hash: 'a'.repeat(64) },
    tables: [{ name: 'public.a|b`c', rows: 1003 }],
  },
  ...{ problems: [], left: [] },
}
const tell = (changed: Partial<DrillReceipt> | string) =>
  all(
    typeof changed === 'string'
      ? { stack: 'production', said: changed }
      : { stack: 'production', receipt: { ...RECEIPT, ...changed } },
  )
const all = (...drills: Drill[]) => reportDrills(repository.github, 'production', drills, RUN)

test('a drill that fails opens an issue, one that succeeds closes it', async () => {
  const { state } = repository.server
  expect(await tell({})).toBe('none')
  expect(state.issues).toEqual([])
  expect(await tell({ problems: ['the passphrase does not open them'] })).toBe('opened')
  const [issue] = state.issues
  expect(issue).toMatchObject({ state: 'open', labels: ['restore-drill'] })
  expect(issue?.title).toBe('Restore drill: the backups of production were not restored')
  expect(issue?.body).toContain('**It failed.**')
  expect(issue?.body).toContain('the passphrase does not open them')
  expect(issue?.body).toContain(`[The run](${RUN.url})`)
  expect(await tell('padlock: there is no stack production')).toBe('updated')
  expect(issue?.body).toContain('there is no stack production')
  expect(await tell({})).toBe('closed')
  expect(textsOn(repository, 1)).toEqual([
    expect.stringContaining('A backup of `production` was restored and read ([seen]('),
  ])
})

test('the copy in a second region is tried as well, and one of both that fails is told', async () => {
  const good = { stack: 'production', receipt: RECEIPT }
  expect(await all(good, { stack: 'production', copy: true, said: 'the copy is 8 days old' })).toBe(
    'opened',
  )
  const [issue] = repository.server.state.issues
  expect(issue?.body).toContain('### Restore drill of the copy of `production`')
  expect(issue?.body).toContain('the copy is 8 days old')
  expect(issue?.body).not.toContain('### Restore drill of `production`')
  expect(await all(good, { ...good, copy: true })).toBe('closed')
})

test('one that leaves something behind has failed, and names it', async () => {
  expect(await tell({ left: [{ kind: 'volume', name: 'padlock-drill', id: '7' }] })).toBe('opened')
  expect(repository.server.state.issues[0]?.body).toMatch(
    /`\.\/padlock env down drill-20261129-0901` now:\n\n- volume `padlock-drill` \(7\)/,
  )
})

test('the page of the run has the receipt, whatever a table is called', () => {
  const text = report({ stack: 'production', receipt: RECEIPT })
  expect(text).toContain(
    '| database | `20261129-011000F`, as of 2026-11-29T08:59:30Z; rows of 1 tables: 1003, 9.0 MiB, PostgreSQL 17.6; sha256 `aaaa',
  )
  expect(text).toContain('| from | `fra1.digitaloceanspaces.com/shop-backups` |')
  expect(text).toContain("| `public.a\\|b'c` | 1003 |")
  expect(text).toContain('| seconds | 240: up 200, down 40 |')
})
