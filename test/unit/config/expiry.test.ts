import { expiryInTag, formatExpiry, parseExpiry } from '../../../config/expiry.ts'

const time = new Date('2026-11-23T09:00:59.999Z')

test('an expiry is written to the minute', () => {
  expect(formatExpiry(time)).toBe('2026-11-23T09:00Z')
  expect(expiryInTag(time)).toBe('20261123T0900Z')
  expect(parseExpiry('2026-11-23T09:00Z')).toEqual(new Date('2026-11-23T09:00:00Z'))
})

test.each(['', 'never', '2026-11-23T09:00', '2026-11-23T09:00:00Z', '2026-02-30T09:00Z'])(
  '%p is none',
  (text) => {
    expect(parseExpiry(text)).toBeUndefined()
  },
)
