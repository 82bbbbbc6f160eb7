import { isDrift } from '../../../ops/preview/drift.ts'

const asked = (answer: object) => isDrift(JSON.stringify(answer), '')

test('only what is not the same is drift', () => {
  expect(asked({ changeSummary: { same: 12 } })).toBe(false)
  expect(asked({ changeSummary: {} })).toBe(false)
  expect(asked({ changeSummary: { same: 11, update: 1 } })).toBe(true)
  expect(asked({ changeSummary: { same: 11, delete: 1 } })).toBe(true)
})

test('an error is no drift, and is said', () => {
  const diagnostics = [
    { severity: 'warning', message: 'old' },
    { severity: 'error', message: 'error: 401 Unable to authenticate you\n' },
  ]
  expect(() => asked({ changeSummary: { same: 1 }, diagnostics })).toThrow(
    'the accounts could not be asked:\nerror: 401 Unable to authenticate you',
  )
  expect(() => isDrift('', 'error: no stack named production\nexit code 255')).toThrow(
    /no stack named production/,
  )
})
