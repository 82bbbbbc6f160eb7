import { Tunnels } from '../../../components/tunnels.ts'
import { Anchor, mockProviders, settle, value } from './mocks.ts'

const tunnel = (name: string, open: boolean) => ({
  ...{ name, open, recordName: `${name}.app`, hostname: `${name}.app.example.com` },
  url: `https://${name}.app.example.com`,
})

async function made(edge: boolean) {
  const registered = mockProviders(false, {
    'random:index/randomPassword:RandomPassword': () => ({ result: 'hunter2', bcryptHash: '$2a$' }),
  })
  const tunnels = new Tunnels('padlock-dev', {
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    ...{ dropletId: '4711', droplet: new Anchor(), installed: new Anchor() },
    ...{ sshKey: 'state', adminSshKeys: [], edge },
    tunnels: [tunnel('demo', false), tunnel('hook', true)],
  })
  const byType = await settle(registered)
  return {
    shown: byType['padlock:index:Tunnels']?.[0]?.inputs,
    passwords: byType['random:index/randomPassword:RandomPassword']?.map(({ name }) => name),
    routes: await value(tunnels.routes),
    access: (await value(tunnels.access)).tunnels,
  }
}

test('each name that is not for everybody has a password', async () => {
  const { shown, passwords, routes, access } = await made(false)
  expect(shown).toEqual({ names: ['demo', 'hook'], open: ['hook'] })
  expect(passwords).toEqual(['padlock-dev-tunnel-demo'])
  expect(routes).toEqual([
    { name: 'demo', hostname: 'demo.app.example.com', passwordHash: '$2a$' },
    { name: 'hook', hostname: 'hook.app.example.com' },
  ])
  expect(access).toEqual({
    demo: { url: 'https://demo.app.example.com', password: 'hunter2' },
    hook: { url: 'https://hook.app.example.com' },
  })
})

test('or the login that stands in front of the site, and no password', async () => {
  const { shown, passwords, routes, access } = await made(true)
  expect(shown).toEqual({ names: ['demo', 'hook'], open: ['hook'], login: true })
  expect(passwords).toBeUndefined()
  expect(routes).toEqual([
    { name: 'demo', hostname: 'demo.app.example.com', login: true },
    { name: 'hook', hostname: 'hook.app.example.com' },
  ])
  expect(access).toEqual({
    demo: { url: 'https://demo.app.example.com', login: true },
    hook: { url: 'https://hook.app.example.com' },
  })
})
