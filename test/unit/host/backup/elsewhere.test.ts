/** What is said where the rows of a moment are not in the database that is restored. */
import { python } from './python.ts'

/** Of a database with this remark: what is wrong with its rows. */
const wrong = (remark: string, readOnly = 'f') =>
  python(`
from padlock_backup import elsewhere
asked = json.loads(${JSON.stringify(JSON.stringify(`${readOnly}|${remark}`))})
try:
    elsewhere.ensure_not(lambda statement: asked)
    say(None)
except Failure as failure:
    say(str(failure))`)

test('a remark of a move says so, and none of the app’s words are told', () => {
  expect(wrong('')).toBeNull()
  expect(wrong('the shop | of ours', 't')).toBeNull()
  expect(wrong('padlock: restored 7')).toBeNull()
  expect(wrong('padlock: moved to managed at 2026-11-24T09:00:00Z', 't')).toMatch(
    /^they were moved there at 2026-11-24T09:00:00Z, and the database on the host has those from/,
  )
  const copy = 'the database on the host has a copy of them that is not in use'
  expect(wrong('padlock: a copy that is not in use')).toBe(copy)
  expect(wrong('padlock: moved to managed at noon; sudo rm -rf /')).toBe(copy)
})

/** What is told at a moment (null: now), where there are dumps of these times. */
const told = (at: number | null, dumps: number[]) =>
  python(`
from padlock_backup import elsewhere
def listed(found, what):
    there = json.loads('${JSON.stringify(dumps)}')
    if not there:
        raise Failure('nothing is there')
    return [SimpleNamespace(label=f'dump{one}', time=one) for one in there]
places.listed = listed
say(str(elsewhere.told(elsewhere.Elsewhere('moved'), 'then', json.loads('${at}'), [])))`)

test('the dumps nearest to the moment are named', () => {
  const [before, after] = [
    '--backup dump20, its dump of 1970-01-01T00:00:20Z',
    '--backup dump30, its dump of 1970-01-01T00:00:30Z',
  ]
  expect(told(25, [40, 30, 10, 20])).toContain(`Fix, one of: ${before}, or ${after}; or --at a`)
  expect(told(20, [20])).toContain(`one of: ${before}; or`)
  expect(told(25, [30, 40])).toContain(`one of: ${after}; or`)
  expect(told(null, [20, 30])).toContain(`one of: ${after}; or`)
  expect(told(25, [])).toContain('--backup LABEL of a dump of that one (none can be read now)')
})

test('no older backup is tried in its place, as all lead to that moment', () => {
  const found = python(`
import contextlib
from padlock_backup import elsewhere
at = places.Place('volume', None, '', True)
restore.room.watched = lambda trial: contextlib.nullcontext()
found = []
recovery.forget = lambda: found.append('forgotten')
def bring(backup, *_):
    found.append(backup.label)
    raise elsewhere.Elsewhere('moved')
recovery._bring = bring
try:
    recovery.bring([places.Backup(at, name, 0, 1) for name in ('newest', 'older')], None, False)
except elsewhere.Elsewhere as failure:
    found.append(str(failure))
say(found)`)
  expect(found).toEqual(['newest', 'forgotten', 'moved'])
})
