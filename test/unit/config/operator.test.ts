import { operator } from '../../../config/checkout/operator.ts'

test.each([
  [{ PADLOCK_OPERATOR: 'Ada', GITHUB_ACTOR: 'bob' }, 'Ada'],
  [{ GITHUB_ACTOR: 'bob' }, 'bob'],
  [{ PADLOCK_OPERATOR: ' A\tda\u001b[31m\nX\u202e ' }, 'A da [31m X'],
  [{ PADLOCK_OPERATOR: 'x'.repeat(300) }, 'x'.repeat(100)],
])('%j is %s', (environment, name) => {
  expect(operator(environment)).toBe(name)
})

test('without variables it is somebody, on one line', () => {
  expect(operator({})).toMatch(/^[^\p{C}]+$/u)
})
