import type { Former } from '../../../components/state.ts'
import { wayOf } from '../../../components/way.ts'

const NAME = 'padlock-pr-1'
const expires = new Date('2031-01-01T00:00Z')
const one = (type: string, name: string): Former => ({
  ...{ type, outputs: {} },
  urn: `urn:pulumi:pr-1::padlock::padlock:index:Dns$${type}::${name}`,
})
const a = one('digitalocean:index/dnsRecord:DnsRecord', `${NAME}-a`)
const aaaa = one('digitalocean:index/dnsRecord:DnsRecord', `${NAME}-aaaa`)
const known = one('command:local:Command', `${NAME}-a-known`)
const ip = one('digitalocean:index/reservedIp:ReservedIp', NAME)
const assigned = one('digitalocean:index/reservedIpAssignment:ReservedIpAssignment', NAME)

test.each([
  ['a new stack reserves', undefined, [], [true, false, false]],
  ['a new one with an expiry does not', expires, [], [false, true, false]],
  ['nor does it later', expires, [a, aaaa, known], [false, true, true]],
  ['one that has an address keeps it', expires, [a, ip, assigned], [true, false, true]],
  ['an assignment is no address', expires, [aaaa, assigned], [false, true, false]],
  [
    'without its expiry it reserves, and its name still moves',
    undefined,
    [a, known],
    [true, true, true],
  ],
  ['so it is ever after', expires, [a, known, ip], [true, true, true]],
])('%s', (_what, until, state, [reserves, moves, named]) => {
  expect(wayOf(NAME, until, state)).toEqual({ reserves, moves, named })
})

test('a name that others lead gets an address that stays, whatever the expiry and the state', () => {
  for (const state of [[], [a, aaaa, known]]) {
    expect(wayOf(NAME, expires, state, true)).toMatchObject({ reserves: true, moves: false })
  }
})
