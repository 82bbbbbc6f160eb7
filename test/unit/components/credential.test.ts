import { shown } from '../../../components/database/credential.ts'

test('a password is what it is, and of one that the token may not see the scope is named', () => {
  expect(shown('AVNS_app')).toBe('AVNS_app')
  for (const absent of ['', undefined]) {
    expect(() => shown(absent as string)).toThrow('one with the scope database:view_credentials')
  }
})
