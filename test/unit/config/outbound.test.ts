import { waysOut } from '../../../config/outbound.ts'

const shown = (endpoints: string[], outbound: string[] = []) =>
  waysOut(endpoints, outbound).map(({ protocol, ports }) => [protocol, ports].join(' ').trim())
const ALWAYS = ['icmp', 'udp 53', 'tcp 53', 'udp 123', 'tcp 80', 'tcp 443']

test.each<[string, string[], string[]]>([
  ['the usual ports', ['https://acme.example.com/dir', 'http://apt.example.com'], []],
  ['another port of the authority', ['https://acme.example.com:8472/dir'], ['tcp 8472']],
  ['the tenant’s port', ['login.example.com:8471', 'ghcr.io/acme/shop@sha256:0'], ['tcp 8471']],
  ['a registry’s port', ['registry.example.com:5000/shop'], ['tcp 5000']],
])('the host may reach %s', (_what, endpoints, more) => {
  expect(shown(endpoints)).toEqual([...ALWAYS, ...more])
})

test('and what the app needs, each once', () => {
  expect(shown([], ['25060/tcp', '443/tcp', '5000-5010/udp'])).toEqual([
    ...ALWAYS,
    'tcp 25060',
    'udp 5000-5010',
  ])
})

test('or everything', () => {
  expect(shown(['login.example.com:8471'], ['25060/tcp', 'all'])).toEqual([
    'icmp',
    'tcp 1-65535',
    'udp 1-65535',
  ])
})
