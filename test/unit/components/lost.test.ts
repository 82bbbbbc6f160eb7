import http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as pulumi from '@pulumi/pulumi'
import { lostApplication, rejectLost } from '../../../components/account/lost.ts'

const stack = { name: 'padlock-prod', owner: '1a2b3c4d' }

test.each([
  ['this owner’s', { owner: '1a2b3c4d' }, ['c1']],
  ['of a version without owners', {}, ['c1']],
  ['another owner’s, which nobody is told to import or delete', { owner: 'ffffffff' }, []],
])('an application of the stack’s name that is %s', async (_what, clientMetadata, ids) => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({ id: 'c1', clientId: 'c1', name: stack.name, clientMetadata }),
  })
  expect((await lostApplication(stack)).map(({ id }) => id)).toEqual(ids)
})

describe('in an account with more than a page of each kind', () => {
  const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN } = process.env
  const others = Array.from({ length: 450 }, (_, id) => ({ id: `${id}`, name: `other-${id}` }))
  const last = { id: 'last', name: 'padlock-prod-1a2b3c4', tags: ['padlock-prod'] }
  const rows: Record<string, object[]> = {
    reserved_ips: [
      ...others.map((_, ip) => ({ ip: `${ip}`, droplet: null })),
      { ip: '203.0.113.7', droplet: { id: 7 } },
    ],
    firewalls: [...others, last],
    ssh_keys: [
      ...others.map((one) => ({ ...one, public_key: 'x' })),
      { id: 8, name: 'padlock-prod-admin-1a2b3c4d', public_key: 'y' },
    ],
    projects: [...others, { id: 'p', name: 'padlock-prod' }],
    volumes: [{ id: 'v', name: 'padlock-prod-1a2b3c4d', droplet_ids: [7] }],
    // As the account lists it, others beside it; one whose wait failed is in no state either.
    databases: [...others, { id: 'c', name: 'padlock-prod-1a2b3c4d' }],
  }
  let server: http.Server
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      const key = pathname.endsWith('/keys') ? 'ssh_keys' : pathname.slice('/v2/'.length)
      const [page, size] = ['page', 'per_page'].map((name) => Number(searchParams.get(name)))
      const all = rows[key] ?? []
      const end = (page ?? 1) * Math.min(size ?? 20, 200)
      const pages = end < all.length ? { next: 'http://example.com' } : {}
      const shown = all.slice(end - Math.min(size ?? 20, 200), end)
      response.end(JSON.stringify({ [key]: shown, links: { pages } }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    process.env.DIGITALOCEAN_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    process.env.DIGITALOCEAN_TOKEN = 'right'
  })
  afterAll(() => {
    Object.assign(process.env, { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN })
    server.close()
  })

  test('all of it is looked through', async () => {
    const droplet = { id: 7, name: 'padlock-prod-1a2b3c4' }
    const volume = 'padlock-prod-1a2b3c4d'
    const options = { ...stack, protectDroplet: false, reserves: true, volume, cluster: volume }
    const searched = rejectLost(options, [droplet], [])
    const { message } = await searched.then(
      () => new Error('nothing is lost'),
      (error: Error) => error,
    )
    const found = ['(7)', '(203.0.113.7)', '(last)', '(8)', '(p)', '(v)', '(c)']
    expect(message.match(/^ {2}\S.* \(.*\)$/gm)?.map((line) => line.replace(/^.* /, ''))).toEqual(
      found,
    )
  })

  test.each([
    [
      'that a droplet holds',
      [7],
      /^ {4}first: .*doctl compute volume-action detach v 7 --wait .*\n {4}keep it: /m,
    ],
    ['that none holds', [], /^(?!.*volume-action detach)/s],
    ['that none has ever held', null, /^(?!.*volume-action detach)/s],
  ])('a volume %s', async (_what, droplet_ids, words) => {
    rows.volumes = [{ id: 'v', name: 'padlock-prod-1a2b3c4d', droplet_ids }]
    const options = {
      ...stack,
      protectDroplet: false,
      reserves: false,
      volume: 'padlock-prod-1a2b3c4d',
    }
    await expect(rejectLost(options, [], [])).rejects.toThrow(words)
  })

  describe.each([
    ['volume', 'volumes', 'doctl compute volume delete'],
    ['cluster', 'databases', 'doctl databases delete'],
  ])('a %s', (kind, key, remove) => {
    const kept = { volumes: rows.volumes, databases: rows.databases }
    afterEach(() => void Object.assign(rows, kept))
    const searched = (tags?: string[] | null) => {
      rows[key] = [{ id: 'x', name: 'padlock-prod-1a2b3c4d', tags }]
      const options = {
        ...{ name: 'padlock-Prod', owner: '1a2b3c4d', protectDroplet: false, reserves: false },
        [kind]: 'padlock-prod-1a2b3c4d',
      }
      return rejectLost(options, [], []).then(
        () => '',
        (error: Error) => error.message,
      )
    }

    test.each([
      ['of this very name', ['padlock-Prod', 'padlock-Prod:owner:1a2b3c4d']],
      ['of both', ['padlock-prod', 'padlock-Prod']],
      ['without tags', []],
      ['of which none are told', undefined],
      ['that never had any', null],
    ])('%s is this stack’s', async (_, tags) => {
      expect(await searched(tags)).toContain(`${remove} x`)
    })

    test('of a name with other capitals is not, and nobody is told to delete it', async () => {
      const said = await searched(['padlock-prod', 'padlock-prod:owner:1a2b3c4d'])
      expect(said).toMatch(
        /the name padlock-Prod differs from padlock-prod in capitals alone, which the .*padlock-prod-1a2b3c4d has.*Fix: another name of the stack/s,
      )
      expect(said).not.toMatch(/doctl|import/)
    })
  })
})
