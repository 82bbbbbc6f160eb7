import { diagnostics } from '../../../ops/environments/diagnostics.ts'
import { duration, expiryAfter } from '../../../ops/environments/duration.ts'
import type { Owned } from '../../../ops/environments/inventory.ts'
import { merge } from '../../../ops/environments/list.ts'
import { checkName, stackOf } from '../../../ops/environments/names.ts'
import { decide } from '../../../ops/environments/sweep.ts'

const minute = 60_000

test.each([
  ['90m', 90 * minute],
  ['24h', 1440 * minute],
  ['3d', 4320 * minute],
])('--ttl %s', (text, milliseconds) => {
  expect(duration(text)).toBe(milliseconds)
})

test.each(['', '0h', '24', '1w', '-1h', '31d', '1.5h'])('--ttl %p is refused', (text) => {
  expect(() => duration(text)).toThrow(
    `--ttl ${text} is no time to live. Allowed: minutes, hours or days up to 30d, such as 90m, 24h or 3d.`,
  )
})

test('an expiry is the end of its minute, never earlier than asked', () => {
  expect(expiryAfter(minute, new Date('2026-11-22T09:00:01Z'))).toBe('2026-11-22T09:02Z')
  expect(expiryAfter(minute, new Date('2026-11-22T09:00:00Z'))).toBe('2026-11-22T09:01Z')
})

test.each(['PR-1', '1', 'pr--1', 'pr-1-', 'pr_1', 'a'.repeat(41), ''])('no name: %p', (name) => {
  expect(() => checkName(name)).toThrow(`"${name}" is no name for an environment.`)
})

test.each([
  ['droplet', 'padlock-pr-1-1a2b3c4', 'pr-1'],
  ['droplet', 'padlock-pr-1', undefined],
  ['droplet', 'other-pr-1-1a2b3c4', undefined],
  ['ssh key', 'padlock-pr-1-admin-1a2b3c4', 'pr-1'],
  ['tag', 'padlock-pr-1', 'pr-1'],
  ['tag', 'padlock-pr-1:expires:20261123T0904Z', 'pr-1'],
  ['tag', 'padlock-pr-1:owner:1a2b3c4d', 'pr-1'],
  ['ssh key', 'padlock-pr-1-admin-1a2b3c4d', 'pr-1'],
  ['project', 'padlock-pr-12', 'pr-12'],
] as const)('%s %s is of %s', (kind, name, stack) => {
  expect(stackOf(kind, name, 'padlock')).toBe(stack)
})

const place = { zone: 'example.com', parent: 'preview', exclusive: false }

describe('a sweep', () => {
  const now = new Date('2026-11-22T09:00Z')
  const owned = (stack: string, expires?: string): Owned => ({
    kind: 'tag',
    id: stack,
    name: stack,
    stack,
    mark: 'ours',
    ...(expires && { expires: new Date(expires) }),
    remove: async () => undefined,
  })
  const stack = (name: string, more = {}) => ({ name, resourceCount: 20, ...more })
  test.each([
    [
      'over',
      [stack('a')],
      [owned('a', '2026-11-22T08:59Z')],
      'destroy',
      'expired 2026-11-22T08:59Z',
    ],
    ['young', [stack('a')], [owned('a', '2026-11-22T09:01Z')], 'keep', 'expires 2026-11-22T09:01Z'],
    [
      'half-way through an extension',
      [stack('a')],
      [owned('a', '2026-11-22T08:00Z'), owned('a', '2026-11-22T10:00Z')],
      'keep',
      'expires 2026-11-22T10:00Z',
    ],
    ['without a mark', [stack('a')], [owned('a')], 'report', '1 resources without an expiry'],
    [
      'of no stack, over',
      [],
      [owned('a', '2026-11-22T08:59Z')],
      'remove orphans',
      '1 resources of no stack in this backend, expired 2026-11-22T08:59Z',
    ],
    [
      'empty and over, with what an update left that was killed',
      [stack('a', { resourceCount: 0 })],
      [owned('a', '2026-11-22T08:59Z')],
      'remove orphans',
      '1 resources of a stack with nothing in it, expired 2026-11-22T08:59Z',
    ],
    [
      "a colleague's",
      [],
      [owned('a', '2026-11-23T09:00Z')],
      'report',
      '1 resources of no stack in this backend, expires 2026-11-23T09:00Z',
    ],
    ['empty', [stack('a', { resourceCount: 0 })], [], 'remove stack', 'a stack with nothing in it'],
    [
      'at work',
      [stack('a', { updateInProgress: true })],
      [owned('a', '2026-11-22T08:59Z')],
      'keep',
      'an update is in progress',
    ],
    [
      'at work a day after its expiry',
      [stack('a', { updateInProgress: true })],
      [owned('a', '2026-11-21T08:59Z')],
      'leave',
      'an update is in progress, expired 2026-11-21T08:59Z; where its process is known to be dead: pulumi cancel --stack a',
    ],
  ])('of one that is %s', (_title, known, resources, action, reason) => {
    const listed = merge(known, resources, place)
    expect(decide(listed, [], now)).toEqual([{ name: 'a', action, reason }])
    expect(decide(listed, ['a'], now)).toEqual([{ name: 'a', action: 'keep', reason: 'held' }])
  })

  test.each([
    [
      [stack('a')],
      './padlock env down a destroys it with the rest, and a sweep does once the program gives it the tag a',
    ],
    [[], 'remove it by hand, or give it the tag a'],
  ])('is told what keeps it from removing anything', (known, fix) => {
    const volume = { ...owned('a'), kind: 'volume', name: 'padlock-a-uploads' }
    const what = 'volume padlock-a-uploads without an expiry, so nothing is removed'
    const reason = (expires: string) =>
      decide(merge(known, [owned('a', expires), volume], place), [], now)
    expect(reason('2026-11-22T08:59Z')).toEqual([
      { name: 'a', action: 'leave', reason: `${what}, expired 2026-11-22T08:59Z; ${fix}` },
    ])
    expect(reason('2026-11-22T09:01Z')).toEqual([
      { name: 'a', action: 'report', reason: `${what}, expires 2026-11-22T09:01Z` },
    ])
  })

  test('never sees an address that bears no name', () => {
    const nameless = { ...owned(''), kind: 'reserved ip' }
    expect(merge([], [nameless], place)).toEqual([])
  })
})

test('of what the engine printed, the errors', () => {
  const printed =
    ' -  tag deleting (0s)\nDiagnostics:\n  Tag (a):\n    error: 403\n\nOutputs:\n    url: "x"\n'
  expect(diagnostics(printed)).toBe('Tag (a):\n    error: 403')
  expect(diagnostics('error: no stack named a\n')).toBe('error: no stack named a')
})
