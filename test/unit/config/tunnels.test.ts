import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const tunnels = (raw: Record<string, unknown>) =>
  parse({ ...defaults, ...good, ...raw }, context()).tunnels

test('without the key there is nothing', () => {
  expect(tunnels({})).toBeUndefined()
})

test('names below the site’s own, sorted, each with a password unless it says otherwise', () => {
  const raw = { tunnels: ['hook', 'demo'], publicTunnels: ['hook'], httpsPort: 8443 }
  expect(tunnels(raw)).toEqual([
    {
      name: 'demo',
      hostname: 'demo.dev.example.com',
      recordName: 'demo.dev',
      url: 'https://demo.dev.example.com:8443',
      open: false,
    },
    {
      name: 'hook',
      hostname: 'hook.dev.example.com',
      recordName: 'hook.dev',
      url: 'https://hook.dev.example.com:8443',
      open: true,
    },
  ])
})

test('at the zone itself they are names of the zone', () => {
  expect(tunnels({ subdomain: '@', tunnels: ['demo'] })).toEqual([
    expect.objectContaining({ hostname: 'demo.example.com', recordName: 'demo' }),
  ])
})

test('a login comes back to every tunnel whose program may have one, or to those that it stands before', () => {
  const raw = { tunnels: ['hook', 'demo'], publicTunnels: ['hook'] }
  const urls = (more: Record<string, unknown>) =>
    parse({ ...defaults, ...good, ...raw, ...more }, context()).identity?.aliasUrls
  const [demo, hook] = ['https://demo.dev.example.com', 'https://hook.dev.example.com']
  expect(urls({})).toEqual([demo, hook])
  const edge = { login: 'edge', edgeImage: `quay.io/a/oauth2-proxy@sha256:${'a'.repeat(64)}` }
  expect(urls(edge)).toEqual([demo])
  expect(urls({ ...edge, publicTunnels: ['hook', 'demo'] })).toBeUndefined()
})
