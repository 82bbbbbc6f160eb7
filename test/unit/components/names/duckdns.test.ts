import * as pulumi from '@pulumi/pulumi'
import { DuckDns } from '../../../../components/duckdns/index.ts'
import { mockProviders, plain, settle } from '../mocks.ts'

const token = '01234567-89ab-4cde-8f01-23456789abcd'
const args = {
  ...{ label: 'shop', token, api: 'https://www.duckdns.org', ipv4: '203.0.113.9', after: [] },
  ...{ hostname: 'shop.duckdns.org', zone: 'duckdns.org', dnsServer: '192.0.2.53:53' },
}

test('the token is a secret of the environment and in no command', async () => {
  const registered = mockProviders()
  const duck = new DuckDns('padlock-dev', args)
  duck.leadTo(pulumi.output('2001:db8::7'), duck.records[0]!)
  const { 'command:local:Command': commands = [] } = await settle(registered)
  for (const { inputs } of commands) {
    expect(plain(inputs.environment)).toEqual({
      secret: { DUCKDNS_API: args.api, DUCKDNS_TOKEN: token },
    })
    expect(JSON.stringify([inputs.create, inputs.update, inputs.delete])).not.toContain(token)
  }
  const program = 'node components/duckdns/main.ts'
  const known =
    'node components/probe/named.ts shop.duckdns.org --zone duckdns.org --external --dns 192.0.2.53:53 --type AAAA --address 2001:db8::7'
  expect(
    commands.map(({ inputs: { create, update, delete: end } }) => [create, update, end]),
  ).toEqual([
    [
      `${program} set shop --ip 203.0.113.9 --anew`,
      `${program} set shop --ip 203.0.113.9`,
      `${program} clear shop`,
    ],
    [
      `${program} set shop --ipv6 2001:db8::7 && ${known}`,
      `${program} set shop --ipv6 2001:db8::7 && sleep 60 && ${known}`,
      `${program} drop shop --ipv6 2001:db8::7 --ip 203.0.113.9`,
    ],
  ])
})
