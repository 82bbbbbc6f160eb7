/** A restic that is killed, as by a loss of power or for its memory: its lock keeps no later backup away. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from './fleet.ts'
import type { Place } from './place.ts'

jest.setTimeout(120_000)

/**
 * Kills the real one of a place with the verb in the file `killed`, as soon as it has locked its repository.
 * One that on a slow computer had just removed its lock has it again, as if it had been killed before.
 */
const RESTIC = `#!/bin/sh
PATH=\${PATH#*:}
case "$RESTIC_REPOSITORY $* " in "$PLACE"*" $(cat "$DIR/killed") "*) ;; *) exec restic "$@" ;; esac
restic "$@" &
while [ -e /proc/$!/exe ]; do
  set -- "$LOCKS"/*
  case "$1" in *-tmp-*) ;; *) ! ln "$1" "$DIR/lock" 2>/dev/null || break ;; esac
done
kill -$SIGNAL $!
echo $! >"$DIR/stopped" && mv "$DIR/stopped" "$DIR/pid"
wait $!
code=$?
[ $SIGNAL != KILL ] || { mkdir -p "$LOCKS" && mv -f "$DIR/lock" "$1"; }
rm -f "$DIR/lock"
exit $code
`
const PASSPHRASE = 'correct-horse-battery-staple-of-32'
const fleet = newFleet()
let place: Place
const locks: Record<string, string> = {}
/** What an S3 server of folders keeps of none is no folder either. */
const held = (where: string) =>
  existsSync(locks[where] as string) ? readdirSync(locks[where] as string) : []

beforeAll(async () => {
  const { order } = await fleet.bucket('shop-backups', 'shop-dev')
  place = await fleet.place()
  writeFileSync(join(place.dir, 'volume/app/upload'), 'a file of the app')
  writeFileSync(join(place.dir, 'killed'), 'nothing')
  writeFileSync(join(place.dir, 'bin/restic'), RESTIC, { mode: 0o755 })
  await place.must('up', { ...order, database: false })
  const bucket = join(fleet.storage.dir, 'spaces/nyc3/buckets/shop-backups/shop-dev')
  for (const what of ['files', 'state']) {
    locks[`${what} volume`] = join(place.dir, 'volume/backup', what, 'locks')
    locks[`${what} bucket`] = join(bucket, what, 'locks')
  }
})

/** What a verb of the host says whose restic is killed in `verb` in a place, with its lock left there. */
async function killed(verb: string, where: string, ...words: [string, object?]) {
  const PLACE = where.endsWith('bucket') ? 's3:' : '/'
  Object.assign(place.env, { LOCKS: locks[where], PLACE, SIGNAL: 'KILL' })
  writeFileSync(join(place.dir, 'killed'), verb)
  const told = await place.backup(...words)
  expect(held(where)).toHaveLength(1)
  writeFileSync(join(place.dir, 'killed'), 'nothing')
  rmSync(join(place.dir, 'pid'))
  return told
}

test.each([
  ['backup', 'files volume'],
  ['backup', 'files bucket'],
  ['forget', 'files volume'],
  ['forget', 'files bucket'],
])('killed in %s of %s it leaves a lock, and the next night is whole', async (verb, where) => {
  const stderr = expect.stringContaining(`${where} failed: restic ${verb}`)
  expect(await killed(verb, where, 'now')).toMatchObject({ code: 1, stderr })
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(held(where)).toEqual([])
})

const DEPLOYMENT = { stack: 'dev', export: '{"version": 3, "deployment": {}}', settings: null }

test.each(['volume', 'bucket'])('so it is of the state in the %s', async (where) => {
  await place.must('state', DEPLOYMENT)
  const stderr = expect.stringContaining(`not in the ${where}: restic forget`)
  const found = await killed('forget', `state ${where}`, 'state', DEPLOYMENT)
  expect(found).toMatchObject({ code: 1, stderr })
  expect(await place.backup('state', DEPLOYMENT)).toMatchObject({ code: 0, stderr: '' })
})

test('who works on it at the moment keeps his lock, and the backup tells whose that is', async () => {
  const at = join(place.dir, 'volume/backup/files')
  const env = { RESTIC_REPOSITORY: at, RESTIC_CACHE_DIR: join(place.dir, 'cache') }
  Object.assign(place.env, { LOCKS: locks['files volume'], PLACE: '/', SIGNAL: 'STOP' })
  writeFileSync(join(place.dir, 'killed'), 'check')
  const other = place.restic({ ...env, RESTIC_PASSWORD: PASSPHRASE }, 'check', '--quiet')
  while (!existsSync(join(place.dir, 'pid'))) await sleep(20)
  writeFileSync(join(place.dir, 'killed'), 'nothing')
  const pid = Number(readFileSync(join(place.dir, 'pid'), 'utf8'))
  const { code, stderr } = await place.backup('now')
  process.kill(pid, 'SIGCONT')
  expect(await other).toMatchObject({ code: 0 })
  expect([code, stderr]).toEqual([1, expect.stringMatching(`already locked .*by PID ${pid} on `)])
  expect(stderr).not.toContain('files bucket')
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
})
