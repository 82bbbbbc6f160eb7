/** A backup is killed while restic runs: restic goes on, and nobody else begins before its end. */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(240_000)

const fleet = newFleet()
let host: Stocked

beforeAll(async () => {
  host = await fleet.stocked('shop')
})

/** Kills who calls it, once, and ends some seconds later. */
const RESTIC = `#!/bin/sh
[ ! -e "$DIR/kill" ] || { rm "$DIR/kill"; kill -9 $PPID; sleep 5; echo 'restic ended' >>"$DIR/calls"; exit; }
exec RESTIC "$@"
`

test('the lock of a process that is gone is free when the last of its programs has ended', async () => {
  const path = execFileSync('sh', ['-c', 'command -v restic'], { encoding: 'utf8' }).trim()
  writeFileSync(join(host.dir, 'bin/restic'), RESTIC.replace('RESTIC', path), { mode: 0o755 })
  writeFileSync(join(host.dir, 'kill'), '')
  expect((await host.backup('now')).code).toBe(-1)
  const calls = () => readFileSync(join(host.dir, 'calls'), 'utf8')
  expect(calls()).not.toContain('restic ended')
  const { code, stderr } = await host.backup('resume')
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^waits for a backup by night or by hand/),
  ])
  expect(calls()).toContain('restic ended')
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
})
