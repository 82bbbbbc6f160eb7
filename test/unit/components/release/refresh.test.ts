import { refreshed } from '../../../../components/release/refresh.ts'

const source = { kind: 'source', folder: 'app' } as const
const image = { kind: 'image', image: `ghcr.io/acme/shop@sha256:${'0'.repeat(64)}` } as const
const now = new Date('2026-11-28T23:59:59Z')
const former = (outputs: object) => [{ urn: 'urn', type: 'padlock:index:Release', outputs }]
const of = (PADLOCK_REFRESH: string | undefined, state = former({}), app = source) =>
  refreshed(state, app, { PADLOCK_REFRESH }, now)

test('nobody asked: what the state remembers, if anything', () => {
  expect(of(undefined)).toBeUndefined()
  expect(of('', [])).toBeUndefined()
  expect(of('', former({ refreshed: '2026-11-21' }))).toBe('2026-11-21')
})

test('a refresh is of today, or of the day of its plan', () => {
  expect(of('true', former({ refreshed: '2026-11-21' }))).toBe('2026-11-28')
  expect(of('2026-11-27')).toBe('2026-11-27')
})

test('what is no day is rejected, and so is a refresh of what is not built here', () => {
  expect(() => of('yes')).toThrow(/PADLOCK_REFRESH is "yes", which is neither true nor a day/)
  const ofImage = (asked: string) => refreshed([], image, { PADLOCK_REFRESH: asked }, now)
  expect(() => ofImage('true')).toThrow(/appImage names an image by its digest/)
  expect(refreshed(former({ refreshed: '2026-11-21' }), image, {}, now)).toBeUndefined()
})
