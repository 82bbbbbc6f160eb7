import { databasePrivate } from '../../../policy/rules/database-private.ts'
import { databaseCluster, databaseFirewall, judge, type Thing } from './judge.ts'

const wall = (...rules: object[]): Thing => ({
  type: databaseFirewall,
  name: 'wall',
  props: { rules },
  on: { clusterId: ['database'] },
})
const database: Thing = { type: databaseCluster, name: 'database' }
const said = (...resources: Thing[]) => judge(databasePrivate, { resources })

test('a stack without a database passes', async () => {
  expect(await said()).toEqual([])
})

test.each([
  ['a tag', { type: 'tag', value: 'padlock-dev' }],
  ['a droplet', { type: 'droplet', value: '4711' }],
  ['a private network', { type: 'ip_addr', value: '10.114.0.0/20' }],
  ['a private address', { type: 'ip_addr', value: '192.168.1.9' }],
  ['a unique local network', { type: 'ip_addr', value: 'fd00:1::/64' }],
])('a database that answers to %s passes', async (_name, rule) => {
  expect(await said(database, wall(rule))).toEqual([])
})

test.each(['0.0.0.0/0', '::/0', '203.0.113.7', '10.0.0.0/7', '172.0.0.0/8', 'fe80::1'])(
  'a database that answers to %s fails',
  async (value) => {
    expect(await said(database, wall({ type: 'ip_addr', value }))).toEqual([
      `wall: It lets ${value} in, which is a public network. Name the droplet’s tag instead.`,
    ])
  },
)

test('a firewall without a rule fails', async () => {
  expect(await said(database, wall())).toEqual([
    'wall: It has no rule, so the database is open to the internet. Name the droplet’s tag.',
  ])
})

test.each<[string, Thing[]]>([
  ['no firewall', [database]],
  [
    "another's firewall",
    [database, { ...wall({ type: 'tag', value: 'x' }), on: { clusterId: ['other'] } }],
  ],
])('a database with %s fails', async (_name, resources) => {
  expect(await said(...resources)).toEqual([
    'database: No DatabaseFirewall names this cluster, so it is open to the internet.',
  ])
})
