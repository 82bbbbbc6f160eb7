import { proofs } from '../../../ops/cli/proofs.ts'

const NOW = Date.parse('2026-11-28T09:00:00Z')
const ago = (hours: number) => new Date(NOW - hours * 3_600_000)
const from = 'fra1.digitaloceanspaces.com/shop-backups'
const drill = { at: ago(50), from }
const DRILL = './padlock restore --drill --stack production'
const COPY = './padlock backup copy --stack production'
const told = (found: Parameters<typeof proofs>[1]) => {
  const { text, wrong } = proofs('production', found, NOW)
  return { lines: text.split('\n'), wrong }
}

test('the last drill and the last copy have their ages, and a stack without a second bucket no copy', () => {
  const last = `  last drill  2026-11-26 07:00Z (2 days ago), from ${from}`
  expect(told({ drill, copy: { at: ago(5.5) } })).toEqual({
    lines: [last, '  last copy   2026-11-28 03:30Z (5 hours ago)'],
    wrong: [],
  })
  expect(told({ drill })).toEqual({ lines: [last], wrong: [] })
})

test('of what never was a line has the command, and nothing is wrong', () => {
  expect(told({ drill: undefined, copy: { at: undefined } })).toEqual({
    lines: [`  last drill  none yet: ${DRILL}`, `  last copy   none yet: ${COPY}`],
    wrong: [],
  })
})

test.each([
  [35 * 24, 26, []],
  [
    35 * 24 + 0.1,
    26.1,
    [
      `drill: 2026-10-24 08:54Z (35 days ago), from ${from}, older than 35 days: ${DRILL}`,
      `copy: 2026-11-27 06:54Z (26 hours ago), older than 26 hours: ${COPY}`,
    ],
  ],
])('a drill of %p hours ago, and a copy of %p', (hours, copied, wrong) => {
  const found = { drill: { at: ago(hours), from }, copy: { at: ago(copied) } }
  expect(told(found).wrong).toEqual(wrong)
})

test('what cannot be read, or is not signed, is wrong', () => {
  const gone = new Error('the bucket shop-backups cannot be read: Access Denied')
  expect(told({ drill: gone, copy: { at: gone } }).wrong).toEqual([
    'drill: not known: the bucket shop-backups cannot be read: Access Denied',
    'copy: not known: the bucket shop-backups cannot be read: Access Denied',
  ])
  expect(told({ drill: 'unsigned' }).wrong).toEqual([
    expect.stringMatching(/^drill: not known: .* is not signed by this stack\. .* --drill --stack/),
  ])
})
