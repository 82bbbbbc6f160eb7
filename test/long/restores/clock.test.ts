/** A host whose clock is wrong, so that S3 refuses what it signs: nobody is told to look for another key. */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrerequisites } from '../../../sandbox/prerequisites.ts'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import { newClock } from '../../support/faketime.ts'

jest.setTimeout(600_000)

const WRONG = 'the clock of this host is wrong, and S3 refuses what it signs. Fix: sudo timedatectl'
const fleet = newFleet()

beforeAll(() => ensurePrerequisites(['faketime']))

test('pgBackRest’s backup and its list name the clock, and the volume has the backup', async () => {
  const place = await fleet.stocked('clock-of-pgbackrest')
  const clock = newClock(join(place.dir, 'clock'))
  clock.set(1)
  const find = 'readlink -f "$(command -v pgbackrest)"'
  const program = `${execFileSync('sh', ['-c', find], { env: place.env })}`.trim()
  const variables = Object.entries(clock.env).map(([name, value]) => `${name}=${value}`)
  const own = join(place.dir, 'bin/pgbackrest')
  rmSync(own, { force: true })
  const text = `#!/bin/sh\nexec env ${variables.join(' ')} ${program} "$@"\n`
  writeFileSync(own, text, { mode: 0o755 })
  const { code, stderr } = await place.backup('now')
  expect([code, stderr]).toEqual([1, expect.stringContaining(WRONG)])
  expect(stderr).toContain(`backup of database bucket failed: ${WRONG}`)
  expect(stderr).not.toContain('database volume failed')
  const restored = await place.backup('restore', { source: place.source })
  expect([restored.code, restored.stderr]).toEqual([1, expect.stringContaining(WRONG)])
  expect(restored.stderr).not.toContain('key is refused')
})

test('where restic is refused, the time that the server tells says whether the clock is why', async () => {
  const place = await fleet.stocked('clock-of-restic')
  const path = `/spaces/keys/${place.key.accessKeyId}`
  await fleet.storage.account.call('PUT', path, { name: 'clock-of-restic', grants: [] })
  for (const [ahead, isWrong] of [
    [0, false],
    [600, false],
    [-3600, true],
    [3600, true],
  ] as const) {
    const { code, stderr } = await place.backup('release', undefined, ahead)
    const found = stderr.includes(`backup of files bucket failed: ${WRONG}`)
    expect([code, ahead, found]).toEqual([0, ahead, isWrong])
  }
})
