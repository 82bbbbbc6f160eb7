import { chosen } from '../../../ops/tunnel/access.ts'

const access = {
  ...{ port: 22, hostKey: 'ssh-ed25519 AAAA', privateKey: 'PEM' },
  tunnels: {
    demo: { url: 'https://demo.app.example.com', password: 'secret' },
    hook: { url: 'https://hook.app.example.com' },
    shop: { url: 'https://shop.app.example.com', login: true },
  },
}
const outputs = { ip: '203.0.113.9', tunnelAccess: access }

test('what opens a tunnel', () => {
  expect(chosen('dev', outputs, 'demo', false)).toEqual({
    ...{ name: 'demo', ip: '203.0.113.9', port: 22, hostKey: 'ssh-ed25519 AAAA' },
    ...{ privateKey: 'PEM', url: 'https://demo.app.example.com', password: 'secret' },
  })
  expect(chosen('dev', outputs, 'hook', true).password).toBeUndefined()
  expect(chosen('dev', outputs, 'shop', false)).toMatchObject({ name: 'shop', login: true })
})

test.each<[string, Parameters<typeof chosen>, string]>([
  [
    'a name that there is not',
    ['dev', outputs, 'constructor', false],
    "the stack dev has no tunnel constructor. Allowed: demo, hook, shop. Fix: pulumi config set --path 'tunnels[0]' constructor --stack dev (each further one a higher number), and pulumi up",
  ],
  [
    'a stack without tunnels',
    ['dev', { ip: '203.0.113.9' }, 'demo', false],
    "the stack dev has no tunnel demo. Allowed: none. Fix: pulumi config set --path 'tunnels[0]' demo --stack dev (each further one a higher number), and pulumi up",
  ],
  [
    '--public for one with a password',
    ['dev', outputs, 'demo', true],
    "the tunnel demo asks for a password, and --public does not change that: the host does not know who asks. Fix: pulumi config set --path 'publicTunnels[0]' demo --stack dev, and pulumi up; or leave --public out",
  ],
  [
    '--public for one behind a login',
    ['dev', outputs, 'shop', true],
    "the tunnel shop asks for a login, and --public does not change that: the host does not know who asks. Fix: pulumi config set --path 'publicTunnels[0]' shop --stack dev, and pulumi up; or leave --public out",
  ],
  [
    'one for everybody, without --public',
    ['dev', outputs, 'hook', false],
    'the tunnel hook is for everybody who knows https://hook.app.example.com (publicTunnels). If that is meant: --public',
  ],
])('%s', (_, words, message) => {
  expect(() => chosen(...words)).toThrow(new Error(message))
})
