import type { StateResource } from '../../../ops/engine/state.ts'
import type { Mark, Owned } from '../../../ops/environments/inventory.ts'
import { canKeep, livingData } from '../../../ops/environments/lost-data.ts'
import {
  keptBecause,
  removable,
  toldBy,
  untouchableBecause,
} from '../../../ops/environments/removable.ts'

const thing = (kind: string, mark: Mark, expires?: string): Owned => ({
  ...{
    kind,
    mark,
    id: `${kind} ${mark}`,
    name: kind,
    stack: 'pr-1',
    remove: async () => undefined,
  },
  ...(expires && { expires: new Date(expires) }),
})
const LATER = '2031-01-01T00:00Z'
const kinds = (owned: Owned[]) => owned.map(({ id }) => id)

describe('of what is in the accounts may go', () => {
  test.each<[string, Owned[], string[]]>([
    ['nothing without a mark', [thing('droplet', 'none', LATER), thing('ssh key', 'none')], []],
    ['nothing of another owner', [thing('droplet', 'other', LATER)], []],
    [
      "nothing of this owner's production",
      [thing('droplet', 'ours'), thing('project', 'ours')],
      [],
    ],
    ['nothing of a name alone', [thing('ssh key', 'ours')], []],
    [
      'all of ours with an expiry, and nothing beside',
      [
        thing('droplet', 'ours', LATER),
        thing('ssh key', 'ours'),
        thing('dns record', 'none'),
        thing('auth0 client', 'other', LATER),
      ],
      ['droplet ours', 'ssh key ours'],
    ],
    [
      'a volume whose droplet is gone',
      [thing('volume', 'ours', LATER), thing('volume snapshot', 'ours')],
      ['volume ours', 'volume snapshot ours'],
    ],
    [
      'nothing beside a volume without an expiry',
      [thing('tag', 'ours', LATER), thing('volume', 'ours')],
      [],
    ],
    [
      'nothing where a second droplet has no expiry',
      [thing('droplet', 'ours', LATER), thing('droplet', 'ours')],
      [],
    ],
  ])('%s', (_what, owned, expected) => {
    expect(kinds(removable(owned, false))).toEqual(expected)
  })

  test('all but another owner’s where the accounts are the project’s alone', () => {
    const owned = [thing('droplet', 'ours'), thing('ssh key', 'none'), thing('tag', 'other')]
    const unsure = { ...thing('volume', 'ours'), unsure: true }
    expect(kinds(removable([...owned, unsure], true))).toEqual(['droplet ours', 'ssh key none'])
  })
})

const urn = (type: string, name = 'padlock-pr-1') => `urn:pulumi:pr-1::padlock::${type}::${name}`
const resource = (type: string, more: Partial<StateResource> = {}): StateResource => ({
  ...{ urn: urn(type), type },
  ...more,
})
const stack = resource('pulumi:pulumi:Stack')
const deployment = (inputs: Record<string, unknown>, outputs = {}) =>
  resource('padlock:index:Deployment', { inputs, outputs })
const context = {
  marks: { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' },
  exclusive: false,
}
const marked = deployment({ owner: '1a2b3c4d', expires: LATER })
const foreign = deployment(
  { owner: 'ffffffff', expires: LATER },
  { ownerOf: 'github.com/ada/shop, api.pulumi.com/ada' },
)
const permanent = deployment({ owner: '1a2b3c4d' })
const unmarked = [
  deployment({}),
  resource('auth0:index/client:Client', { inputs: { clientMetadata: { expires: LATER } } }),
]

test('a state of an earlier version tells its expiry by the metadata', () => {
  expect(toldBy(unmarked)).toMatchObject({ owner: undefined, temporary: true })
  expect(toldBy([deployment({})])).toMatchObject({ temporary: false })
})

test('a volume that was imported tells its expiry by its tags', () => {
  const volume = (...tags: string[]) =>
    resource('digitalocean:index/volume:Volume', { inputs: { name: 'padlock-pr-1-acme', tags } })
  const found = (...tags: string[]) => toldBy([stack, volume(...tags)]).temporary
  expect(found('padlock-pr-1', 'padlock-pr-1:expires:20310101T0000Z')).toBe(true)
  expect(found('padlock-pr-1')).toBe(false)
})

test('a database cluster is data as a volume is, and is not taken over', () => {
  const data = [thing('database', 'ours', LATER), thing('tag', 'ours', LATER)]
  const found = livingData(data, 'pr-1', { exclusive: false }, new Date('2030-12-31T00:00Z'))
  expect([kinds(found), canKeep(found, 'pr-1', context.marks)]).toEqual([['database ours'], false])
})

test('the stack’s own volume is taken over, and none beside it', () => {
  const volume = (name: string) => ({ ...thing('volume', 'ours', LATER), name })
  const own = volume('padlock-pr-1-1a2b3c4d')
  const kept = (...data: Owned[]) => canKeep(data, 'pr-1', context.marks)
  expect(kept(own)).toBe(true)
  expect(kept(volume('padlock-pr-1-uploads'))).toBe(false)
  expect(kept(own, volume('padlock-pr-1-uploads'))).toBe(false)
})

describe('the volume of an environment whose state is lost', () => {
  const now = new Date('2031-01-01T00:00Z')
  const at = (expires: string | undefined, mark: Mark = 'ours') => [
    thing('volume', mark, expires),
    thing('tag', 'ours', '2031-01-01T00:00Z'),
  ]
  test.each<[string, Owned[], boolean, number]>([
    ['whose time is to come', at('2031-01-01T00:01Z'), false, 1],
    ['whose time is over', at('2031-01-01T00:00Z'), false, 0],
    ['without an expiry, which is not removed', at(undefined), false, 0],
    ['without one where it would be', at(undefined, 'none'), true, 1],
    ['of another owner', at('2031-01-01T00:01Z', 'other'), true, 0],
  ])('%s', (_what, owned, exclusive, count) => {
    expect(livingData(owned, 'pr-1', { exclusive }, now)).toHaveLength(count)
    expect(livingData(owned, 'pr-2', { exclusive }, now)).toEqual([])
  })
})

test.each<[string, string, StateResource[], string | undefined]>([
  ['an environment of this owner', 'pr-1', [stack, marked], undefined],
  [
    "another owner's",
    'pr-1',
    [stack, foreign],
    'it belongs to the owner ffffffff (github.com/ada/shop, api.pulumi.com/ada), and this checkout is 1a2b3c4d',
  ],
  [
    'production',
    'production',
    [stack, permanent],
    'it has no expiry, so it is a permanent stack. To destroy it: pulumi destroy --stack production',
  ],
  [
    'one without marks',
    'pr-1',
    [stack, ...unmarked],
    "its state carries no owner's mark yet. ./padlock env up pr-1 gives it one; to destroy it: pulumi destroy --stack pr-1",
  ],
  [
    'a protected one',
    'pr-1',
    [stack, marked, resource('digitalocean:index/droplet:Droplet', { protect: true })],
    'it is protected (padlock-pr-1). To lift that: pulumi config set protect false --stack pr-1 && pulumi up --stack pr-1',
  ],
  ['an empty one by name', 'pr-1', [stack], undefined],
  [
    'an empty one without a name',
    'production',
    [],
    'it is empty, and nothing says that it was an ephemeral environment. To remove it: pulumi stack rm production',
  ],
])('env down of %s', (_what, name, resources, reason) => {
  expect(keptBecause(context, name, resources)).toBe(reason)
})

test('where the accounts are the project’s alone a permanent stack may go, a protected one not', () => {
  const here = { ...context, exclusive: true }
  expect(keptBecause(here, 'dev', [stack, permanent])).toBeUndefined()
  const held = [stack, permanent, resource('digitalocean:index/domain:Domain', { protect: true })]
  expect(keptBecause(here, 'dev', held)).toMatch(/^it is protected/)
})

test.each<[string, StateResource[], RegExp | undefined]>([
  ['a new one', [], undefined],
  ['one without marks', [stack, ...unmarked], undefined],
  ['one of this owner', [stack, marked], undefined],
  ['production', [stack, permanent], /^it has no expiry, so it is a permanent stack/],
  ['production of an earlier version', [stack, deployment({})], /^it has no expiry/],
  ["another owner's", [stack, foreign], /^it belongs to the owner ffffffff/],
])('env up of %s', (_what, resources, reason) => {
  const found = untouchableBecause(context, resources)
  if (reason) expect(found).toMatch(reason)
  else expect(found).toBeUndefined()
})
