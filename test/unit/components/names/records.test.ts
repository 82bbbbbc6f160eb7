import * as pulumi from '@pulumi/pulumi'
import { ExternalRecords, type ExternalRecordsArgs } from '../../../../components/records/index.ts'
import type { Former } from '../../../../components/state.ts'
import { mockProviders, settle, value } from '../mocks.ts'

const base = {
  ...{ zone: 'example.com', hostname: 'www.example.com', ipv4: '203.0.113.9' },
  ...{ minutes: 15, caaIssuer: 'letsencrypt.org', after: [], state: [] },
}

async function commands(ipv6?: string, more: Partial<ExternalRecordsArgs> = {}) {
  const registered = mockProviders()
  const records = new ExternalRecords('padlock-dev', { ...base, ...more, ipv6 })
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
    {
      name: 'padlock-dev-www.example.com-records',
      create: `show ${at} ${all}`,
      delete: `gone ${at} ${all}`,
    },
    {
      name: 'padlock-dev-www.example.com-records-there',
      create: `wait ${at} ${all} --minutes 15`,
      update: `wait ${at} ${all} --minutes 15`,
    },
  ])
})

test('the AAAA record of a new droplet is waited for once that serves, not before', async () => {
  const lasting = '--a 203.0.113.9 --caa letsencrypt.org'
  expect((await commands('2001:db8::7')).slice(1)).toEqual([
    {
      name: 'padlock-dev-www.example.com-records-there',
      create: `wait ${at} ${lasting} --aaaa 2001:db8::7 --minutes 15`,
      update: `wait ${at} ${lasting} --minutes 15`,
    },
    {
      name: 'padlock-dev-www.example.com-aaaa-there',
      create: `wait ${at} --aaaa 2001:db8::7 --minutes 15`,
    },
  ])
})

test('those of further names too, each by itself, and one that is not there stops nothing', async () => {
  const aliases = [
    { hostname: 'example.com', recordName: '@' },
    { hostname: 'shop.example.com', recordName: 'shop', caaIssuer: 'letsencrypt.org' },
  ]
  const further = (await commands('2001:db8::7', { aliases })).filter(({ name }) =>
    name.startsWith('padlock-dev-example.com'),
  )
  const apex = 'example.com --zone example.com'
  const all = '--a 203.0.113.9 --aaaa 2001:db8::7'
  expect(further).toEqual([
    {
      name: 'padlock-dev-example.com-records',
      create: `show ${apex} ${all}`,
      delete: `gone ${apex} ${all}`,
    },
    {
      name: 'padlock-dev-example.com-records-there',
      create: `wait ${apex} ${all} --minutes 15 --optional`,
      update: `wait ${apex} --a 203.0.113.9 --minutes 15 --optional`,
    },
    {
      name: 'padlock-dev-example.com-aaaa-there',
      create: `wait ${apex} --aaaa 2001:db8::7 --minutes 15 --optional`,
    },
  ])
  expect(await commands(undefined, { aliases })).toContainEqual({
    name: 'padlock-dev-shop.example.com-records',
    create: expect.stringContaining('--caa letsencrypt.org --aaaa none'),
    delete: expect.stringContaining('--caa letsencrypt.org --aaaa none'),
  })
})

const shop = { hostname: 'shop.example.com', recordName: 'shop' }
const www = { hostname: base.hostname, recordName: 'www' }

test('names that change places keep their commands, and with them their records', async () => {
  const named = async (more: Partial<ExternalRecordsArgs>) =>
    (await commands(undefined, more)).map(({ name }) => name).sort()
  const before = await named({ aliases: [shop] })
  expect(await named({ hostname: shop.hostname, aliases: [www] })).toEqual(before)
  expect(await named({})).toEqual(before.filter((one) => one.includes('www')))
})

/** A state of a program that named the site's own commands after the stack alone. */
const former: Former[] = [
  {
    urn: 'urn:pulumi:dev::padlock::padlock:index:Deployment$padlock:index:ExternalRecords$command:local:Command::padlock-dev-records',
    type: 'command:local:Command',
    outputs: { triggers: [base.hostname] },
  },
]

test.each([
  ['the site', base.hostname, [shop], 'padlock-dev-www.example.com'],
  ['an alias', shop.hostname, [www], 'padlock-dev-www.example.com'],
  ['nothing of the stack', 'new.example.com', [shop], undefined],
])('a former state’s own name that is %s now', async (_, hostname, aliases, heir) => {
  const registered = mockProviders()
  const args = { ...base, hostname, aliases, state: former }
  const records = new ExternalRecords('padlock-dev', args)
  await settle(registered)
  const aliased = [...records.records, ...records.further].flatMap((one) => {
    const { __aliases, __name } = one as unknown as {
      __aliases: pulumi.Input<string>[]
      __name: string
    }
    return __aliases.map(async (urn) => [__name, await value(pulumi.output(urn))])
  })
  const found = (await Promise.all(aliased)).map(([name, urn]) => [name, urn?.split('::').at(-1)])
  expect(found).toEqual(heir ? [[`${heir}-records-there`, 'padlock-dev-records-there']] : [])
})

test('the site waits for its own records alone, the further names for theirs', async () => {
  const registered = mockProviders()
  const records = new ExternalRecords('padlock-dev', { ...base, aliases: [shop] })
  const own = records.leadTo(pulumi.output('2001:db8::7'), records.records[0]!)
  await settle(registered)
  const names = async (some: pulumi.Resource[]) =>
    (await Promise.all(some.map(({ urn }) => value(urn)))).map((urn) => urn.split('::').at(-1))
  expect(await names([...records.records, own])).toEqual([
    'padlock-dev-www.example.com-records-there',
    'padlock-dev-www.example.com-aaaa-there',
  ])
  expect(await names(records.further)).toEqual([
    'padlock-dev-shop.example.com-records-there',
    'padlock-dev-shop.example.com-aaaa-there',
  ])
})
