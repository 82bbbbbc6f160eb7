import * as pulumi from '@pulumi/pulumi'
import { teamRegistry } from '../../../components/account/registry.ts'
import { LOGIN_DAYS, Registry } from '../../../components/registry.ts'
import { mockProviders, plain, settle, value } from './mocks.ts'

const DAY_MS = 86_400_000
const now = Date.parse('2026-11-28T12:00:00Z')
const settings = { newName: 'padlock-acme', ephemeral: false }
const registry = (name: string) => ({
  urn: 'urn::padlock-dev-registry',
  type: 'digitalocean:index/containerRegistry:ContainerRegistry',
  outputs: { name },
})
const login = (generation: number, days: number) => ({
  urn: `urn:pulumi:dev::padlock::x::padlock-dev-pull-${generation}`,
  type: 'digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials',
  outputs: { credentialExpirationTime: new Date(now + days * DAY_MS).toISOString() },
})
const found = (
  names: string[],
  state: object[] = [],
  more: Partial<Parameters<typeof teamRegistry>[0]> = {},
) => teamRegistry({ ...settings, ...more }, state as never, async () => names, now)

test.each<[string, string[], object[], object]>([
  ['the team has one: it is taken', ['acme'], [], { name: 'acme', made: false }],
  ['it has none: one is made', [], [], { name: 'padlock-acme', made: true }],
  ['this stack made it', ['mine'], [registry('mine')], { name: 'mine', made: true }],
  ['its own among others', ['acme', 'mine'], [registry('mine')], { name: 'mine', made: true }],
  [
    'another has taken the place of its own',
    ['acme'],
    [registry('mine')],
    { name: 'acme', made: false },
  ],
])('%s', async (_, names, state, expected) => {
  expect(await found(names, state)).toEqual({ ...expected, generation: 1 })
})

test('what it made and is gone is told, with the way on', async () => {
  await expect(found([], [registry('mine')])).rejects.toThrow(
    /^the registry mine, which this stack has made, is not in the account any more\..*Fix: pulumi refresh,/s,
  )
})

test('of several the one that appImage names', async () => {
  expect(await found(['acme', 'shop'], [], { image: 'shop' })).toMatchObject({ name: 'shop' })
})

test.each<[string, string[], Parameters<typeof found>[2], RegExp]>([
  ['several', ['a', 'b'], {}, /registry is true, and the account has several: a, b\./],
  [
    'one that is not there',
    ['a'],
    { image: 'b' },
    /appImage is in the registry b, and the account has a\./,
  ],
  ['none at all', [], { image: 'b' }, /appImage is in the registry b, and the account has none\./],
  ['none, with an expiry', [], { ephemeral: true }, /a stack with an expiry makes none\./],
])('%s is rejected', async (_, names, more, message) => {
  await expect(found(names, [], more)).rejects.toThrow(message)
})

test('a stack with an expiry takes the one that is there', async () => {
  expect(await found(['acme'], [], { ephemeral: true })).toMatchObject({ made: false })
})

test.each([
  [[login(1, 31)], 1],
  [[login(1, 29)], 2],
  [[login(1, 5), login(2, 80)], 2],
  [[login(2, -1)], 3],
])('a login that nears its end is followed by the next', async (state, generation) => {
  expect(await found(['acme'], state)).toMatchObject({ generation })
})

const AUTH = Buffer.from('team@example.com:dor_v1_secret').toString('base64')
const DOCKER = JSON.stringify({ auths: { 'registry.digitalocean.com': { auth: AUTH } } })

async function registered(made: boolean) {
  const resources = mockProviders(false, {
    'digitalocean:index/containerRegistry:ContainerRegistry': () => ({}),
    'digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials':
      () => ({ dockerCredentials: DOCKER }),
  })
  const one = new Registry('padlock-dev', { name: 'acme', made, generation: 2 })
  return { byType: await settle(resources), one }
}

test('one that is there is not touched: a login that may read is all', async () => {
  const { byType, one } = await registered(false)
  expect(byType['digitalocean:index/containerRegistry:ContainerRegistry']).toBeUndefined()
  const [pull] =
    byType[
      'digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials'
    ] ?? []
  expect(plain(pull?.inputs)).toEqual({
    registryName: 'acme',
    write: false,
    expirySeconds: LOGIN_DAYS * 86_400,
  })
  expect(await value(one.endpoint)).toBe('registry.digitalocean.com/acme')
  expect(await value(one.login)).toEqual({ user: 'team@example.com', password: 'dor_v1_secret' })
  expect(await pulumi.isSecret(one.login)).toBe(true)
})

test('one that is made begins free of charge', async () => {
  const { byType } = await registered(true)
  const [own] = byType['digitalocean:index/containerRegistry:ContainerRegistry'] ?? []
  expect(plain(own?.inputs)).toEqual({ name: 'acme', subscriptionTierSlug: 'starter' })
})
