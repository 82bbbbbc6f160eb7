import { told } from '../../../ops/cli/backup/anonymise.ts'

test('a line a table, with its rows before and after, and what was stored', () => {
  const tables = [
    { table: 'public.letters', before: 1200, after: 2 },
    { table: 'public.names', before: null, after: 7 },
    { table: 'public.people\u001b[2J', before: 50, after: null },
  ]
  expect(
    told('production', { tables, bytes: 4711, sha256: 'ab12', seconds: 3.2 }).split('\n'),
  ).toEqual([
    '  table                   rows before  after',
    '  public.letters                 1200      2',
    '  public.names                      -      7',
    '  public.people\\u{1b}[2J           50      -',
    'Snapshot of production stored: 4711 bytes, 3.2 s, SHA-256 ab12',
  ])
})
