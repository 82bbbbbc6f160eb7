import * as pulumi from '@pulumi/pulumi'
import { ExternalRecords } from '../../../../components/records/index.ts'
import { mockProviders, settle } from '../mocks.ts'

const base = {
  ...{ zone: 'example.com', hostname: 'www.example.com', ipv4: '203.0.113.9' },
  ...{ minutes: 15, caaIssuer: 'letsencrypt.org', after: [] },
}

async function commands(ipv6?: string) {
  const registered = mockProviders()
  const records = new ExternalRecords('padlock-dev', { ...base, ipv6 })
  if (ipv6) records.leadTo(pulumi.output(ipv6), records.records[0]!)
  const byType = await settle(registered)
  expect(Object.keys(byType).sort()).toEqual([
    'command:local:Command',
    'padlock:index:ExternalRecords',
  ])
  return (byType['command:local:Command'] ?? []).map(({ name, inputs }) => ({
    name,
    ...Object.fromEntries(
      ['create', 'update', 'delete']
        .filter((key) => inputs[key])
        .map((key) => [key, String(inputs[key]).replace('node components/records/main.ts ', '')]),
    ),
  }))
}
const at = 'www.example.com --zone example.com'

test('the records are printed, waited for, and named again at the end', async () => {
  const all = '--a 203.0.113.9 --caa letsencrypt.org --aaaa none'
  expect(await commands()).toEqual([
    { name: 'padlock-dev-records', create: `show ${at} ${all}`, delete: `gone ${at} ${all}` },
    {
      name: 'padlock-dev-records-there',
      create: `wait ${at} ${all} --minutes 15`,
      update: `wait ${at} ${all} --minutes 15`,
    },
  ])
})

test('the AAAA record of a new droplet is waited for once that serves, not before', async () => {
  const lasting = '--a 203.0.113.9 --caa letsencrypt.org'
  expect((await commands('2001:db8::7')).slice(1)).toEqual([
    {
      name: 'padlock-dev-records-there',
      create: `wait ${at} ${lasting} --aaaa 2001:db8::7 --minutes 15`,
      update: `wait ${at} ${lasting} --minutes 15`,
    },
    { name: 'padlock-dev-aaaa-there', create: `wait ${at} --aaaa 2001:db8::7 --minutes 15` },
  ])
})
