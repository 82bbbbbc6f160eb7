import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Host, type HostArgs } from '../../../components/host.ts'
import type { Order } from '../../../components/ssh/authorize.ts'
import { mockProviders, plain, publicKey, settle, value } from './mocks.ts'

const args: HostArgs = {
  region: 'fra1',
  size: 's-1vcpu-1gb',
  image: 'debian-13-x64',
  ipv6: true,
  owner: '1a2b3c4d',
  tags: ['padlock-dev'],
  sshKey: 'state',
  adminKeyVersion: 1,
  adminSshKeys: ['ssh-ed25519 AAAAC3 ada@example.com'],
  sshPort: 2222,
  caddyRepository: {
    url: 'https://apt.example.com/deb',
    suite: 'any-version',
    component: 'main',
    key: readFileSync(join(import.meta.dirname, '..', 'config', 'caddy.asc'), 'utf8'),
    fingerprint: '62C5467DC63A1C37B86E70F7D9C19B257F8668DA',
  },
  protect: false,
  replacesForSize: false,
}

async function hosted(more: Partial<HostArgs> = {}) {
  const registered = mockProviders()
  const host = new Host('padlock-dev', { ...args, ...more })
  const byType = await settle(registered)
  const commands = Object.fromEntries(
    (byType['command:remote:Command'] ?? []).map((one) => [one.name, plain(one.inputs)]),
  ) as Record<string, Record<string, unknown>>
  const { userData, ...droplet } = plain(
    byType['digitalocean:index/droplet:Droplet']?.[0]?.inputs,
  ) as Record<string, unknown>
  return { host, byType, commands, droplet, userData: (userData as { secret: string }).secret }
}

test('the droplet carries the bootstrap and nothing that changes from release to release', async () => {
  const { droplet, userData, byType } = await hosted()
  expect(droplet).toEqual({
    region: 'fra1',
    size: 's-1vcpu-1gb',
    resizeDisk: false,
    image: 'debian-13-x64',
    ipv6: true,
    sshKeys: ['aa:bb'],
    tags: ['padlock-dev'],
  })
  expect(userData).toMatch(/^#cloud-config\n/)
  expect(byType['digitalocean:index/sshKey:SshKey']?.[0]?.inputs).toMatchObject({
    publicKey: publicKey('ssh-ed25519', 'padlock-dev-first-login'),
  })
})

test('user data is a secret of the state; it holds the one-time key and no private key of the administrator', async () => {
  const { userData: text } = await hosted()
  expect(text).toContain('padlock-dev-bootstrap\n')
  expect(text).not.toContain('padlock-dev-admin\n')
  expect(text.match(/BEGIN OPENSSH PRIVATE KEY/g)).toHaveLength(1)
})

test('people’s keys and the size change nothing in user data', async () => {
  const before = (await hosted()).userData
  const after = (await hosted({ adminSshKeys: [], size: 's-4vcpu-8gb' })).userData
  expect(after).toBe(before)
})

test('the first connection is pinned to the one-time key, all later ones to the host’s own', async () => {
  const { commands, host } = await hosted()
  const pinned = (name: string) =>
    (commands[name] as { connection: { secret: { hostKey: string } } }).connection.secret.hostKey
  expect(pinned('padlock-dev-host-key').trim()).toBe(
    publicKey('ecdsa-sha2-nistp256', 'padlock-dev-bootstrap'),
  )
  expect(pinned('padlock-dev-ready')).toBe('ssh-ed25519 AAAAhost')
  expect((await ordered()).address.hostKey).toBe('ssh-ed25519 AAAAhost')
  expect(await value(host.hostKey)).toBe('ssh-ed25519 AAAAhost')
})

test('every command is made anew with the droplet, logs nothing and has no delete', async () => {
  const { commands } = await hosted()
  expect(Object.keys(commands).sort()).toEqual(['padlock-dev-host-key', 'padlock-dev-ready'])
  for (const command of Object.values(commands)) {
    expect(command).toMatchObject({
      triggers: ['4711'],
      logging: 'none',
      addPreviousOutputInEnv: false,
      connection: {
        secret: { host: '198.51.100.7', port: 2222, user: 'admin', dialErrorLimit: -1 },
      },
    })
    expect(command).not.toHaveProperty('delete')
  }
})

/** What the program that writes the administrators' keys is told. */
async function ordered(more: Partial<HostArgs> = {}): Promise<Order> {
  const { byType } = await hosted(more)
  const { stdin } = plain(byType['command:local:Command']?.[0]?.inputs) as {
    stdin: { secret: string }
  }
  return JSON.parse(stdin.secret)
}

const names = (privateKeys: string[]) => privateKeys.map((key) => key.split('\n')[1])

test('administrators are the stack’s own key and the people’s', async () => {
  const { authorized, privateKeys } = await ordered()
  expect(authorized).toEqual([
    publicKey('ssh-ed25519', 'padlock-dev-admin'),
    'ssh-ed25519 AAAAC3 ada@example.com',
  ])
  expect(names(privateKeys)).toEqual(['padlock-dev-admin', 'padlock-dev-first-login'])
})

test('a new key of the stack is written with the one before it, which it replaces', async () => {
  const { authorized, privateKeys } = await ordered({ adminKeyVersion: 2 })
  expect(authorized[0]).toBe(publicKey('ssh-ed25519', 'padlock-dev-admin-2'))
  expect(authorized).toHaveLength(2)
  expect(names(privateKeys)).toEqual([
    'padlock-dev-admin-2',
    'padlock-dev-admin',
    'padlock-dev-first-login',
  ])
})

test('with the keys in an agent the state holds none that opens the finished host', async () => {
  const { authorized, privateKeys } = await ordered({ sshKey: 'agent' })
  expect(authorized).toEqual(['ssh-ed25519 AAAAC3 ada@example.com'])
  expect(names(privateKeys)).toEqual(['padlock-dev-first-login'])
  const { byType, commands, host } = await hosted({ sshKey: 'agent' })
  const keys = byType['tls:index/privateKey:PrivateKey']?.map(({ name }) => name)
  expect(keys?.sort()).toEqual(['padlock-dev-bootstrap', 'padlock-dev-first-login'])
  expect(host.adminPrivateKey).toBeUndefined()
  const { connection } = commands['padlock-dev-ready'] as { connection: { secret?: object } }
  expect(connection.secret ?? connection).not.toHaveProperty('privateKey')
})
