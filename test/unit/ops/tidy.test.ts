/** A tidy of accounts in which some things take their time and others stay. */
import type { Accounts } from '../../../ops/environments/inventory.ts'
import { tidy } from '../../../ops/environments/tidy.ts'

const marks = { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' }
const NAME = 'padlock-pr-1'
const tags = [NAME, `${NAME}:owner:1a2b3c4d`]
const DROPLET = { id: 1, name: `${NAME}-1a2b3c4`, tags, size: { price_hourly: 0.01 } }
const VOLUME = { id: 'v', name: `${NAME}-1a2b3c4d`, tags, size_gigabytes: 10 }
const SNAPSHOT = { id: 's', name: 'before the upgrade', tags: [], resource_id: 'v' }

/** An account of a droplet, its volume and a snapshot; time is what a tidy has waited. */
function account(goesAfterMs: number) {
  const rows: Record<string, object[]> = {
    droplets: [DROPLET],
    volumes: [VOLUME],
    snapshots: [SNAPSHOT],
  }
  const lines: string[] = []
  let [now, deletedAt, lists, requests] = [0, Number.POSITIVE_INFINITY, 0, 0]
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  const digitalocean = {
    async list(_path: string, key: string) {
      if (key === 'droplets') lists++
      if (now - deletedAt >= goesAfterMs) rows.droplets = []
      return rows[key] ?? []
    },
    async remove(path: string) {
      if (path.startsWith('/droplets')) deletedAt = Math.min(deletedAt, now)
      else if (rows.droplets?.length) {
        throw new Error(`409 {"id":"attached","request_id":"${requests++}"}`)
      } else rows.volumes = []
    },
  }
  const accounts = { digitalocean, auth0: { applications: async () => [] } } as unknown as Accounts
  const pause = async (ms: number) => {
    now += ms
  }
  const run = (kinds: string[]) =>
    tidy(
      { accounts, marks, say: (line) => lines.push(line) },
      (owned) => owned.filter(({ kind }) => kinds.includes(kind)),
      { pause },
    )
  return { run, lines, lists: () => lists, now: () => now }
}
afterEach(() => jest.restoreAllMocks())
const kinds = (owned: { kind: string }[]) => owned.map(({ kind }) => kind)

test.each([0, 30_000, 100_000])(
  'a droplet that is gone after %d ms takes its volume along',
  async (ms) => {
    const { run, lines } = account(ms)
    const { removed, left, there } = await run(['droplet', 'volume'])
    expect(kinds(removed.map(({ owned }) => owned))).toEqual(['droplet', 'volume'])
    expect(left).toEqual([])
    expect(lines).toEqual([
      `  volume ${VOLUME.name} stays for now: 409 {"id":"attached","request_id":"0"}`,
    ])
    // A snapshot that somebody took by hand is still known by a volume that is gone.
    expect(there.map(({ id, stack }) => [id, stack])).toEqual([['s', 'pr-1']])
  },
)

test('one that never goes is waited for two minutes', async () => {
  const { run, now } = account(Number.POSITIVE_INFINITY)
  expect(kinds((await run(['droplet', 'volume'])).left)).toEqual(['droplet', 'volume'])
  expect(now()).toBeGreaterThan(120_000)
  expect(now()).toBeLessThan(140_000)
})

test('where nothing is on its way out, what is left stays after some rounds', async () => {
  const { run, lists, now } = account(0)
  expect(kinds((await run(['volume'])).left)).toEqual(['volume'])
  expect([lists(), now()]).toEqual([8, 18_000])
})
