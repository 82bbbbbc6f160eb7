import { withoutAttempts } from '../../../ops/engine/attempts.ts'

const resource = ' +  command:remote:Command padlock-dev-host-key'

test.each([
  [`${resource} creating (0s) `, `${resource} creating (0s) `],
  [`${resource} creating (42s) Dial 1/inf failed: retrying`, undefined],
  [`${resource} creating (53s) Dial 11/inf failed: retrying`, undefined],
  [`${resource} created (85s) Dial 11/inf failed: retrying`, `${resource} created (85s)`],
  [
    `${resource} **creating failed** error: dial tcp`,
    `${resource} **creating failed** error: dial tcp`,
  ],
])('%p', (line, told) => {
  expect(withoutAttempts(line)).toBe(told)
})
