import { isAmong, ownAddress } from '../../../components/probe/own-address.ts'

const asked = (answer?: string) => async () => answer

test('towards this computer it is the loopback address, and nobody is asked', async () => {
  const nobody = async () => {
    throw new Error('asked')
  }
  expect(await ownAddress('127.0.0.1', nobody)).toBe('127.0.0.1')
  expect(await ownAddress('sandbox.localhost', nobody)).toBe('127.0.0.1')
})

test('where there is no way, or nobody knows, there is no address', async () => {
  expect(await ownAddress('no.such.host.invalid', asked('203.0.113.7'))).toBeUndefined()
})

test.each([
  ['203.0.113.7', ['203.0.113.0/24'], true],
  ['203.0.114.7', ['203.0.113.0/24'], false],
  ['203.0.114.7', ['2001:db8::/32', '0.0.0.0/0'], true],
  ['2001:db8::7', ['203.0.113.0/24'], false],
  ['2001:db8::7', ['2001:db8::/32'], true],
])('%s in %j: %s', (address, networks, expected) => {
  expect(isAmong(address, networks)).toBe(expected)
})
