/** What is kept of weeks of nights, by the clock of pgBackRest and PostgreSQL, and by restic's snapshots. */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrerequisites } from '../../../sandbox/prerequisites.ts'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Place } from '../../sandbox/backups/place.ts'
import { type Clock, newClock } from '../../support/faketime.ts'

jest.setTimeout(1_200_000)

const KEEP = { keepDaily: 3, keepWeekly: 1 }
const NIGHTS = 18
const DAY_SECONDS = 86_400
const fleet = newFleet()
let place: Place
let clock: Clock
let order: Record<string, unknown>
/** The server's time in each night, after its backup. */
const moments: string[] = []

beforeAll(async () => {
  await ensurePrerequisites(['faketime'])
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  order = { ...made.order, ...KEEP }
  place = await fleet.place()
  // A signature is as old as the clock says, and S3 takes none of another day.
  const folder = { 'repo1-type': 'posix', 'repo1-path': join(place.dir, 'nights') }
  writeFileSync(join(place.dir, 'pgbackrest.json'), JSON.stringify(folder))
  writeFileSync(join(place.dir, 'volume/app/upload'), 'a file of the app')
  clock = newClock(join(place.dir, 'clock'))
})

async function nightly(night: number): Promise<void> {
  clock.set(night)
  await place.sql(`INSERT INTO numbers VALUES (${night})`)
  const made = await place.backup('now', undefined, night * DAY_SECONDS)
  expect(made).toMatchObject({ code: 0, stderr: '' })
  moments.push(await place.sql('SELECT clock_timestamp()'))
}

interface Kept {
  what: string
  where: string
  /** `stop` of the database, seconds since 1970; `time` of files, ISO 8601. */
  backups: { type: string; stop: number; time: string }[]
}
async function kept(what: string, where: string): Promise<Kept['backups']> {
  const listed: Kept[] = JSON.parse((await place.backup('list --json')).stdout)
  return listed.find((one) => one.what === what && one.where === where)?.backups ?? []
}

describe('the database', () => {
  let began: number
  /** `full 7` is of the eighth night. */
  const nights = async (where: string) =>
    (await kept('database', where)).map(
      ({ type, stop }) => `${type} ${Math.floor((stop - began) / DAY_SECONDS)}`,
    )
  const COUNT = 'SELECT count(*), max(n) FROM numbers'

  beforeAll(async () => {
    await place.sql('CREATE TABLE numbers (n bigint PRIMARY KEY)')
    await place.must('up', { ...order, files: false })
    // The server, and pgBackRest whoever starts it; the host's own program has no part in its clock.
    Object.assign(place.env, clock.env)
    expect((await place.control('restart')).code).toBe(0)
    for (const name of Object.keys(clock.env)) delete place.env[name]
    const variables = Object.entries(clock.env).map(([name, value]) => `${name}=${value}`)
    const find = 'readlink -f "$(command -v pgbackrest)"'
    const program = `${execFileSync('sh', ['-c', find], { env: place.env })}`.trim()
    const own = join(place.dir, 'bin/pgbackrest')
    rmSync(own, { force: true })
    const text = `#!/bin/sh\nexec env ${variables.join(' ')} ${program} "$@"\n`
    writeFileSync(own, text, { mode: 0o755 })
    began = Date.now() / 1000
    for (let night = 0; night < NIGHTS; night++) await nightly(night)
  })

  test('the bucket has the ordered nights, and a full backup that its week begins with', async () => {
    expect(await nights('bucket')).toEqual([
      ...['full 7', 'full 14'],
      ...['diff 15', 'diff 16', 'diff 17'],
    ])
  })

  test('the volume has two full ones, and two of what has changed since', async () => {
    expect(await nights('volume')).toEqual(['full 7', 'full 14', 'diff 16', 'diff 17'])
  })

  test('any moment of the week can be had again, of nights too whose backup is gone', async () => {
    for (const night of [10, 15]) {
      expect(await place.restored(1, moments[night] ?? '', COUNT)).toBe(`${night + 1}|${night}`)
    }
    const before = place.restored(1, moments[5] ?? '', COUNT)
    await expect(before).rejects.toThrow('unable to find backup set with stop time less than')
  })
})

test('of files: all of the last two days, then the last of each day and week', async () => {
  await place.must('up', { ...order, keepWeekly: 2, database: false })
  const { endpoint, bucket, prefix, key, secret, passphrase } = order as Record<string, string>
  const env = {
    RESTIC_REPOSITORY: `s3:https://${endpoint}/${bucket}/${prefix}/files`,
    ...{ RESTIC_PASSWORD: `${passphrase}`, RESTIC_CACHE_DIR: join(place.dir, 'cache') },
    ...{ AWS_ACCESS_KEY_ID: `${key}`, AWS_SECRET_ACCESS_KEY: `${secret}`, TZ: 'UTC' },
  }
  const now = Date.now()
  const daysAgo = (days: number) => new Date(now - days * DAY_SECONDS * 1000)
  const date = (day: Date) => day.toISOString().slice(0, 10)
  const times = Array.from({ length: 16 }, (_, n) => `${date(daysAgo(16 - n))} 03:00:00`)
  // Before releases.
  times.push(`${date(daysAgo(1))} 10:00:00`, `${date(daysAgo(1))} 11:00:00`)
  for (const time of times) {
    const words = ['--cacert', join(place.dir, 'root.pem'), 'backup', '--host', `${prefix}`]
    const made = await place.restic(env, ...words, '--time', time, join(place.dir, 'volume/app'))
    expect(made).toMatchObject({ code: 0 })
  }
  place.env.TZ = 'UTC'
  expect(await place.backup('now')).toMatchObject({ code: 0 })
  const today = daysAgo(0)
  const sunday = daysAgo(today.getUTCDay() || 7)
  const yesterday = date(daysAgo(1))
  const wanted = [date(today), yesterday, yesterday, yesterday, date(daysAgo(2))]
  if (!wanted.includes(date(sunday))) wanted.push(date(sunday))
  const found = await kept('files', 'bucket')
  expect(found.map(({ time }) => time.slice(0, 10))).toEqual(wanted.sort())
})
