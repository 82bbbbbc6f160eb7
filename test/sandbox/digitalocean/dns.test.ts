import { type Account, startAccount } from './account.ts'

let account: Account
const record = (domain: string, body: Record<string, unknown>) =>
  account.call('POST', `/domains/${domain}/records`, body).then(({ status, body: answer }) => {
    if (status !== 201) throw new Error(JSON.stringify(answer))
    return answer.domain_record
  })

beforeAll(async () => {
  account = await startAccount()
  await account.call('POST', '/domains', { name: 'shop.localhost', ip_address: '127.30.0.1' })
  await account.call('POST', '/domains', { name: 'eu.shop.localhost' })
  for (const body of [
    { type: 'A', name: 'dev', data: '127.30.0.2', ttl: 60 },
    { type: 'AAAA', name: 'dev', data: '2001:db8::2' },
    { type: 'CNAME', name: 'www', data: 'shop.localhost.' },
    { type: 'CNAME', name: 'away', data: 'elsewhere.example.' },
    { type: 'MX', name: '@', data: 'mail.example.', priority: 10 },
    { type: 'TXT', name: 'txt', data: 'say "hi" \\ bye' },
    { type: 'SRV', name: '_sip._tcp', data: 'sip.example.', priority: 1, weight: 2, port: 5060 },
    { type: 'CAA', name: '@', data: 'letsencrypt.org.', flags: 0, tag: 'issue' },
    { type: 'A', name: '*', data: '127.30.0.9' },
    { type: 'A', name: '*.apps', data: '127.30.0.8' },
    { type: 'A', name: 'a.deep', data: '127.30.0.7' },
  ]) {
    await record('shop.localhost', body)
  }
  await record('eu.shop.localhost', { type: 'A', name: 'dev', data: '127.30.0.5' })
})
afterAll(() => account.end())

const data = (name: string, type: string) =>
  account.api.resolve(name, type)?.map((answer) => answer.data)

test.each([
  ['shop.localhost', 'A', ['127.30.0.1']],
  ['dev.shop.localhost', 'A', ['127.30.0.2']],
  ['DEV.Shop.localhost.', 'AAAA', ['2001:db8::2']],
  ['www.shop.localhost', 'CNAME', ['shop.localhost.']],
  ['away.shop.localhost', 'CNAME', ['elsewhere.example.']],
  ['shop.localhost', 'MX', ['10 mail.example.']],
  ['txt.shop.localhost', 'TXT', ['"say \\"hi\\" \\\\ bye"']],
  ['_sip._tcp.shop.localhost', 'SRV', ['1 2 5060 sip.example.']],
  ['shop.localhost', 'CAA', ['0 issue "letsencrypt.org"']],
  [
    'shop.localhost',
    'NS',
    ['ns1.digitalocean.com.', 'ns2.digitalocean.com.', 'ns3.digitalocean.com.'],
  ],
])('%s %s is %p', (name, type, expected) => {
  expect(data(name, type)).toEqual(expected)
})

test('the start of authority has a serial that grows with every change', async () => {
  const serial = () => Number(data('shop.localhost', 'SOA')?.[0]?.split(' ')[2])
  const before = serial()
  const { id } = await record('shop.localhost', { type: 'A', name: 'new', data: '127.30.0.3' })
  await account.call('DELETE', `/domains/shop.localhost/records/${id}`)
  expect(serial()).toBe(before + 2)
})

test.each([
  ['an alias is not followed', 'www.shop.localhost', 'A', []],
  ['a name with other types only is empty', 'txt.shop.localhost', 'A', []],
  ['a wildcard stands for a missing name', 'x.shop.localhost', 'A', ['127.30.0.9']],
  ['a wildcard covers more than one label', 'x.y.shop.localhost', 'A', ['127.30.0.9']],
  ['the closest wildcard wins', 'x.apps.shop.localhost', 'A', ['127.30.0.8']],
  ['an empty name with others below is no wildcard’s', 'deep.shop.localhost', 'A', []],
  ['nor is a sibling below such a name', 'b.deep.shop.localhost', 'A', []],
  ['nor a name below one that exists', 'x.dev.shop.localhost', 'A', []],
  ['the longest zone answers', 'dev.eu.shop.localhost', 'A', ['127.30.0.5']],
  ['the longest zone answers alone', 'x.eu.shop.localhost', 'A', []],
])('%s', (_what, name, type, expected) => {
  expect(data(name, type)).toEqual(expected)
})

test('other zones are not answered for', () => {
  expect(data('example.com', 'A')).toBeUndefined()
  expect(data('localhost', 'A')).toBeUndefined()
  expect(data('notshop.localhost', 'A')).toBeUndefined()
})

test('a change and a deletion show at once', async () => {
  const { id } = await record('shop.localhost', { type: 'A', name: 'live', data: '127.30.0.4' })
  const path = `/domains/shop.localhost/records/${id}`
  await account.call('PUT', path, { name: 'live', data: '127.30.0.6', ttl: 30 })
  expect(account.api.resolve('live.shop.localhost', 'A')).toEqual([
    { type: 'A', data: '127.30.0.6', ttl: 30 },
  ])
  await account.call('DELETE', path)
  expect(data('live.shop.localhost', 'A')).toEqual(['127.30.0.9'])
})
