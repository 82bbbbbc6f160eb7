import { join } from 'node:path'
import { root } from '../../runner/command.ts'
import { record } from '../../runner/record.ts'
import { lastLine, type Outcome, summary } from '../../runner/summary.ts'
import { steps } from '../../steps.ts'
import { chosenSuites, suites } from '../../suites.ts'

const file = (name: string, seconds: number) => ({ file: join(root, 'test', name), seconds })
const outcomes: Outcome[] = [
  {
    ...{ name: 'unit', passed: 663, failed: 1, from: 61, seconds: 12.34 },
    files: [file('b.test.ts', 2), file('a.test.ts', 3)],
  },
  { name: 'engine', from: 60, seconds: 290, files: [] },
]

test('the summary shows steps and suites by their start, and the slowest files', () => {
  expect(summary(outcomes, 400.4)).toBe(
    [
      '  from  seconds  passed  failed',
      '    60    290.0                  engine',
      '    61     12.3     663       1  unit',
      'the whole run took 400 s',
      '',
      '  seconds  slowest test files',
      '      3.0  test/a.test.ts',
      '      2.0  test/b.test.ts',
    ].join('\n'),
  )
})

test('no more than ten files', () => {
  const files = Array.from({ length: 12 }, (_, n) => file(`${n}.test.ts`, n))
  const told = summary([{ name: 'unit', passed: 12, failed: 0, from: 0, seconds: 9, files }], 9)
  expect(told.match(/\.test\.ts/g)).toHaveLength(10)
  expect(told).toContain('test/2.test.ts')
  expect(told).not.toContain('test/1.test.ts')
})

test('the record has the last run of each suite, with commit, date, counts and seconds', () => {
  const names = ['unit', 'engine', 'campaign']
  const first = record('', '0123abcdef0123', new Date('2026-11-28T10:00:00Z'), outcomes, names)
  expect(first).toContain('| unit | 663 | 1 | 12 | 0123abcdef01 | 2026-11-28 10:00 |\n')
  expect(first).toContain('| engine | | | | | |\n| campaign | | | | | |\n')
  const campaign = { name: 'campaign', passed: 1, failed: 0, from: 0, seconds: 9.6, files: [] }
  const second = record(first, '4567', new Date('2026-11-29T10:00:00Z'), [campaign], names)
  expect(second).toContain('| unit | 663 | 1 | 12 | 0123abcdef01 | 2026-11-28 10:00 |\n')
  expect(second).toContain('| campaign | 1 | 0 | 10 | 4567 | 2026-11-29 10:00 |\n')
  const third = record(second, '89ab', new Date('2026-11-30T10:00:00Z'), [campaign], names)
  expect(third.match(/\| campaign \|/g)).toHaveLength(1)
  expect(third).toContain('| 89ab |')
  // One that there is no more goes.
  expect(record(third, '89ab', new Date(0), [], ['unit'])).not.toContain('campaign')
})

test('the last line that says something', () => {
  expect(lastLine('one\n  two\n\n')).toBe('two')
  expect(lastLine('')).toBe('')
  expect(lastLine('  one\n\n    at progress (sandbox/it.ts:30:3)\n')).toBe('one')
  expect(lastLine('x'.repeat(200))).toHaveLength(100)
})

test('no name stands for all suites that are not long, `long` for all that are', () => {
  const names = (...words: string[]) => chosenSuites(words).map(({ name }) => name)
  expect([...names(), ...names('long')].sort()).toEqual(suites.map(({ name }) => name).sort())
  expect(names()).toContain('e2e')
  expect(names('long')).toContain('campaign')
  expect(names('unit', 'lint')).toEqual(['lint', 'unit'])
  expect(names('campaign')).toEqual(['campaign'])
  expect(() => names('unti')).toThrow(/no suite is called unti; there are: long, lint, github, /)
})

test('each step and suite comes after steps that stand before it', () => {
  const known = new Set<string>()
  for (const { name, after } of steps) {
    expect(after.filter((each) => !known.has(each))).toEqual([])
    known.add(name)
  }
  for (const { after } of suites) expect(after.filter((each) => !known.has(each))).toEqual([])
})
