/** What a restore restores where nobody has said it. */
import { python } from './python.ts'

interface Asked {
  database?: boolean
  label?: string
  dump?: boolean
  into?: 'local' | 'managed'
}
interface Own {
  beside?: boolean
  managed?: boolean
}

/**
 * @param asked of the order; what is not there was not said
 * @param source whether the backups are another stack's
 * @param there what those have, the oldest first
 * @param shut `True`: of the rest nobody can tell
 */
const whats = (
  own: Own,
  asked: Asked = {},
  source = false,
  there: string[] = [],
  shut = 'False',
): unknown =>
  python(`
from padlock_backup import chosen_kinds
asked, own = json.loads('${JSON.stringify(asked)}'), json.loads('${JSON.stringify(own)}')
host.volume_is_mounted = lambda: True
def listed(found, what):
    if what not in ${JSON.stringify(there)}:
        raise Failure('nothing is there' if not ${shut} else 'the key is refused')
    return [SimpleNamespace(label='abcdef01', time=${JSON.stringify(there)}.index(what))]
places.listed = listed
managed = SimpleNamespace() if own.get('managed') else None
places_found = [SimpleNamespace(own=${source ? 'False' : 'True'})]
own = SimpleNamespace(database=not own.get('managed') or own.get('beside', False), files=True, beside=own.get('beside', False), managed=managed)
into = SimpleNamespace(kind=asked['into']) if 'into' in asked else None
order = SimpleNamespace(at=None, label=asked.get('label'), database=asked.get('database'), files=None, dump=asked.get('dump'), into=into, source=${source ? 'SimpleNamespace()' : 'None'})
try:
    say(chosen_kinds.of(order, own, places_found))
except Failure as failure:
    say(str(failure))`)

test('the database and the files, and of databases the one that the app uses', () => {
  expect(whats({})).toEqual(['database', 'files'])
  expect(whats({ beside: true })).toEqual(['files'])
})

test('a database that is kept beside, where it is asked for', () => {
  expect(whats({ beside: true }, { label: '20261129-010203F' })).toEqual(['database'])
  expect(whats({ beside: true }, { database: true })).toEqual(['database', 'files'])
})

test('a managed one’s dump, and not the rows that are kept beside it', () => {
  const into = 'managed'
  expect(whats({ managed: true }, { into })).toEqual(['managed', 'files'])
  expect(whats({ managed: true, beside: true }, { into })).toEqual(['managed', 'files'])
  expect(whats({ managed: true }, { into, label: 'abcdef0123' }, false, ['managed'])).toEqual([
    'managed',
  ])
  expect(whats({ managed: true }, { into, label: 'abcdef02' }, false, ['managed'])).toEqual([
    'files',
  ])
  const label = '20261129-010203F'
  expect(whats({ managed: true, beside: true }, { into, label })).toEqual(['database'])
})

test('a dump of its own from before a move, where it is named', () => {
  const named = { into: 'local', label: 'abcdef01' } as const
  expect(whats({}, named, false, ['managed'])).toEqual(['managed'])
  expect(whats({}, named)).toEqual(['files'])
  expect(whats({}, { label: 'abcdef01' }, false, ['managed'])).toEqual(['files'])
})

test('of another stack what it has, and where nobody knows, the newest of what is there', () => {
  const into = 'local'
  expect(whats({}, { into, dump: true }, true)).toEqual(['managed', 'files'])
  expect(whats({}, { dump: false }, true)).toEqual(['database', 'files'])
  expect(whats({}, { into }, true, ['database'], 'True')).toBe('the key is refused')
  expect(whats({ managed: true }, { into: 'managed' }, true, ['database'])).toEqual(
    expect.stringContaining('the newest rows there are of a database on a host'),
  )
  expect(whats({}, { into }, true, ['managed'])).toEqual(['managed', 'files'])
  expect(whats({}, { into }, true, ['managed', 'database'])).toEqual(['database', 'files'])
  expect(whats({}, { into }, true, ['database', 'managed'])).toEqual(['managed', 'files'])
  const there = ['database', 'managed']
  expect(whats({ managed: true }, { into: 'managed' }, true, there)).toEqual(['managed', 'files'])
  expect(whats({ managed: true }, { into: 'managed' }, true, there.reverse())).toEqual(
    expect.stringContaining('of a database on a host, and the app here uses a managed one'),
  )
})

test.each<[string, Own, Asked, boolean, string]>([
  [
    'a dump, from a program that does not say what it goes into',
    { managed: true },
    {},
    false,
    'the order says nothing of what it goes into. Fix: the project’s program of now',
  ],
])('%s: it says what to do', (_, own, asked, source, words) => {
  expect(whats(own, asked, source)).toEqual(expect.stringContaining(words.replace('’', "'")))
})
