/** What a restore restores where nobody has said it. */
import { python } from './python.ts'

/** @param asked of the order; null: nothing was said of it */
const whats = (beside: boolean, asked: { database?: boolean; label?: string } = {}): unknown =>
  python(`
asked = json.loads('${JSON.stringify(asked)}')
host.volume_is_mounted = lambda: True
own = SimpleNamespace(database=True, files=True, beside=${beside ? 'True' : 'False'})
order = SimpleNamespace(label=asked.get('label'), database=asked.get('database'), files=None)
say(restore._whats(order, own))`)

test('the database and the files, and of databases the one that the app uses', () => {
  expect(whats(false)).toEqual(['database', 'files'])
  expect(whats(true)).toEqual(['files'])
})

test('a database that is kept beside, where it is asked for', () => {
  expect(whats(true, { label: '20261129-010203F' })).toEqual(['database'])
  expect(whats(true, { database: true })).toEqual(['database', 'files'])
})
