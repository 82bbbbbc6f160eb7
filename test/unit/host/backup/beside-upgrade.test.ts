/** A restore and an upgrade of the database note themselves, and then look for the other's note. */
import { python } from './python.ts'

const SETUP = `
import contextlib
from padlock_backup import journal
from padlock_release import clusters
host.VOLUME = temporary()
host.data = lambda: f'{host.VOLUME}/data'
host.run = lambda *words, **more: None
clusters.JOURNAL = f'{host.VOLUME}/upgrade.json'
`
const RESTORE = `
restore.chosen_kinds.of = lambda order, own, found: ['database']
restore._choose = lambda *words: []
restore._ensure_room = lambda *words: None
restore.places.opened = lambda source, own: contextlib.nullcontext([])
recovery.forget = restore.restored_files.forget = restore.swap.forget_former = lambda: None
def bring(*words):
    raise Failure('brought')
restore._bring = bring
note = journal.note
def noted(**words):
    note(**words)
    if UPGRADES:
        with open(clusters.JOURNAL, 'w') as file:
            json.dump({'step': 'prepare', 'old': '17', 'new': '18'}, file)
journal.note = noted
order = SimpleNamespace(source=None, at=None, label=None, back_up_before=False, into=None)
try:
    restore.restore(order, None, None, datetime.now(UTC))
except Failure as failure:
    say([str(failure), journal.load()])`

test.each([
  ...['prepare', 'copy', 'swap'].map((step) => [step, 'refused'] as const),
  ['after', 'made'],
  [null, 'made'],
] as const)('a backup, or an update, in the step %s of an upgrade is %s', (step, wanted) => {
  const code = `${SETUP}
from padlock_backup import lock
lock.LOCK = f'{host.VOLUME}/lock'
lock.places.forget = lambda: None
step = json.loads('${JSON.stringify(step)}')
if step:
    with open(clusters.JOURNAL, 'w') as file:
        json.dump({'step': step, 'old': '17', 'new': '18'}, file)
try:
    with lock.held():
        say('made')
except Failure as failure:
    say('refused' if str(failure) == lock.UPGRADE else str(failure))`
  expect(python(code)).toBe(wanted)
})

test.each([
  [1, /^an upgrade of the database is under way/],
  [0, /^brought$/],
])('a restore after whose note there are %s upgrades', (upgrades, said) => {
  expect(python(`${SETUP}UPGRADES = ${upgrades}${RESTORE}`)).toEqual([
    expect.stringMatching(said),
    null,
  ])
})
