import { type Found, told } from '../../../ops/cli/certificates.ts'

const NOW = Date.parse('2026-11-28T09:00:00Z')
const one = (more: Partial<Found>): Found => ({
  kind: 'site',
  name: 'a.example',
  by: 'caddy',
  ends: '2027-01-28T09:00:00Z',
  renews: '2027-01-01T09:00:00Z',
  state: 'good',
  problem: null,
  failure: null,
  ...more,
})
const lines = (...found: Found[]) => told(found, NOW).split('\n')

test('what is good ends some day', () => {
  expect(lines(one({}))).toEqual(['  a.example  ends 2027-01-28 09:00Z (61 days left)'])
})

test('a renewal that fails is told with its reason, whatever stands in it', () => {
  const failure = { when: '2026-11-28T08:00:00Z', error: '[a.example] Renew:\n\u001b[2J429' }
  const late = one({
    ends: '2026-11-29T09:00:00Z',
    renews: '2026-11-20T09:00:00Z',
    state: 'late',
    failure,
  })
  expect(lines(late)).toEqual([
    '  a.example  ends 2026-11-29 09:00Z (24 hours left); it should have been renewed by 2026-11-20 09:00Z',
    '    Caddy failed at 2026-11-28 08:00Z: [a.example] Renew: ⏎ \\u{1b}[2J429',
  ])
  const ended = { ...late, ends: '2026-11-27T09:00:00Z', state: 'ended' as const, failure: null }
  expect(lines(ended)).toEqual([
    '  a.example  ended 2026-11-27 09:00Z (24 hours ago); it should have been renewed by 2026-11-20 09:00Z',
  ])
  const none = one({ ends: null, renews: null, state: 'none', problem: 'connection refused' })
  expect(lines(none)).toEqual(['  a.example  none is served: connection refused'])
})

test('what an update renews says until when to run one', () => {
  const client = (more: Partial<Found>) => one({ kind: 'client', name: 'alice', by: 'up', ...more })
  expect(
    lines(
      client({}),
      client({ name: 'bob', state: 'due' }),
      client({ name: 'carol', state: 'late', ends: '2026-12-10T09:00:00Z' }),
      client({ name: 'dan', state: 'ended', ends: '2026-11-10T09:00:00Z' }),
    ),
  ).toEqual([
    '  client alice  ends 2027-01-28 09:00Z (61 days left); a pulumi up from 2027-01-01 on renews it',
    '  client bob    ends 2027-01-28 09:00Z (61 days left); the next pulumi up renews it',
    '  client carol  ends 2026-12-10 09:00Z (12 days left). Fix: pulumi up before 2026-12-10; nothing else renews it',
    '  client dan    ended 2026-11-10 09:00Z (18 days ago). Fix: pulumi up',
  ])
})

test('a site without TLS has none', () => {
  expect(lines()).toEqual(['  none: the site is not served over https'])
})
