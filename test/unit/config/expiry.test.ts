import {
  expiryOfMetadata,
  expiryOfTag,
  expiryTag,
  formatExpiry,
  parseExpiry,
} from '../../../config/expiry.ts'

const time = new Date('2026-11-23T09:00:59.999Z')

test('an expiry is written to the minute', () => {
  expect(formatExpiry(time)).toBe('2026-11-23T09:00Z')
  expect(parseExpiry('2026-11-23T09:00Z')).toEqual(new Date('2026-11-23T09:00:00Z'))
})

test.each(['', 'never', '2026-11-23T09:00', '2026-11-23T09:00:00Z', '2026-02-30T09:00Z'])(
  '%p is none',
  (text) => {
    expect(parseExpiry(text)).toBeUndefined()
  },
)

test('a tag tells the expiry that it was written for', () => {
  const tag = expiryTag('padlock-pr-1', time)
  expect(tag).toBe('padlock-pr-1:expires:20261123T0900Z')
  expect(expiryOfTag(tag)).toEqual(new Date('2026-11-23T09:00Z'))
})

test.each(['padlock-pr-1', 'padlock-pr-1:expires:20261323T0900Z', 'padlock-pr-1:expires:soon'])(
  'the tag %s tells none',
  (tag) => {
    expect(expiryOfTag(tag)).toBeUndefined()
  },
)

test.each([
  ['2026-11-23T09:00Z', '2026-11-23T09:00Z'],
  ['2026-11-23T09:04:00.000Z', '2026-11-23T09:04Z'],
  ['2026-11-23T09:04:00Z', '2026-11-23T09:04Z'],
])('metadata with %s', (text, expected) => {
  expect(expiryOfMetadata(text)).toEqual(new Date(expected))
})

test.each([undefined, '', 'never', '2026-11-23'])('metadata with %p tells none', (text) => {
  expect(expiryOfMetadata(text)).toBeUndefined()
})
