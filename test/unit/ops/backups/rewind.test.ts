import { run } from '../../../../ops/cli/backup/rewind.ts'

const error = jest.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => error.mockClear())

test.each([
  [[], '--at must be a time with its zone, such as 2026-11-29T03:00:00Z'],
  [['--at', '2026-11-29'], '--at must be a time with its zone, such as 2026-11-29T03:00:00Z'],
  [['--at', '2026-11-29T03:00:00'], '--at must be a time with its zone, such as'],
  [['--at', '2026-13-29T03:00:00Z'], '--at must be a time with its zone, such as'],
  [['--at', '2999-11-29T03:00:00Z'], '--at is still to come'],
  [
    ['--at', '2026-01-02T03:00+01:00', '--stack', 'a', '--from', 'b'],
    'either --stack or --from, and not both',
  ],
])('a wrong command line is told before anything is asked: %j', async (words, told) => {
  expect(await run(words)).toBe(2)
  expect(error.mock.calls.flat().join('\n')).toContain(told)
})
