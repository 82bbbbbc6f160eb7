/** What a report says of passwords and keys that the stack makes itself. */
import { report } from '../../../ops/report/report.ts'
import { preview } from './fixtures.ts'

const lines = (found: ReturnType<typeof report>) =>
  found.security.map(({ effect, text }) => `${effect} ${text}`)
const KEY = 'random:index/randomPassword:RandomPassword'
const PASSWORD = { length: 64 }

test.each<[string, Record<string, string>, string?]>([
  ['of the number 2', { '': 'same', '-2': 'create' }, ', 1 → 2: sessions go on where'],
  [
    'of the number 3',
    { '': 'delete', '-2': 'same', '-3': 'create' },
    ', 2 → 3: sessions go on where',
  ],
  [
    'of two more',
    { '': 'delete', '-2': 'create', '-3': 'create' },
    ', 1 → 3: everybody must log in',
  ],
  ['of the number before', { '': 'same', '-2': 'delete' }, ', 2 → 1: everybody must log in again'],
  ['of the same number', { '-2': 'same', '-3': 'same' }, undefined],
  ['of a new stack', { '-2': 'create', '-3': 'create' }, undefined],
])('a session key %s', (_, keys, text) => {
  const resources = Object.entries(keys).map(([end, operation]) => [
    `${KEY}#padlock-dev-session-key${end}`,
    {
      within: 'Release',
      ...(operation !== 'create' && { old: PASSWORD }),
      ...(operation !== 'delete' && { new: PASSWORD }),
    },
  ])
  // A state of a padlock whose releases did not show the number.
  const release = { old: { env: {} }, new: { env: {}, sessionKeyVersion: 3 } }
  const found = report(
    preview({ ...Object.fromEntries(resources), 'padlock:index:Release': release }),
  )
  expect(lines(found)).toEqual(
    text ? [expect.stringContaining(`changes the session key${text}`)] : [],
  )
})

test.each<[within: string, name: string, text: string]>([
  ['Release', 'session-key-3', 'the session key is made anew: everybody must log in again'],
  [
    'Release',
    'session-key-2',
    'the session key before the one of now is made anew: sessions that it has signed end',
  ],
  [
    'Edge',
    'edge-key',
    'the session key of the login in front of the app is made anew: everybody must log in again',
  ],
  [
    'Tunnels',
    'tunnel-demo',
    'the password of the tunnel demo is made anew: the former one lets nobody in',
  ],
  ['Database', 'database', 'the password padlock-dev-database is made anew'],
])('a password of %s that is made anew: %s', (within, name, text) => {
  const both = { old: PASSWORD, new: PASSWORD }
  const found = report(
    preview({
      [`${KEY}#padlock-dev-session-key-3`]: { ...both, within: 'Release' },
      [`${KEY}#padlock-dev-${name}`]: { ...both, within, replaces: ['length'] },
    }),
  )
  expect(lines(found)).toEqual([`changes ${text}`])
})
