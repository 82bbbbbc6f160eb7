import { tlsRequired } from '../../../policy/rules/tls-required.ts'
import { type Case, judge, type Thing, unknown } from './judge.ts'

const probe = (url: string): Thing => ({
  type: 'command:local:Command',
  name: 'probe',
  props: { create: `./padlock probe ${url} --address 203.0.113.9 --http-port 80` },
})
const advice = 'Stacks that may are listed in tls-required.allow of policy/settings.json.'

test.each<[string, Case]>([
  ['https', { resources: [probe('https://dev.example.com')] }],
  [
    'a probe that a preview does not know yet',
    { resources: [{ type: 'command:local:Command', props: unknown({}, 'create') }] },
  ],
  [
    'http where it is allowed',
    {
      config: { tls: 'off' },
      resources: [probe('http://dev.example.com')],
      settings: { allow: ['dev'] },
    },
  ],
])('%s passes', async (_name, one) => {
  expect(await judge(tlsRequired, one)).toEqual([])
})

test('TLS that is off fails', async () => {
  expect(await judge(tlsRequired, { config: { tls: 'off' } })).toEqual([
    `the stack: tls is off. ${advice}`,
  ])
})

test('a probe over http fails, also where another stack may', async () => {
  const settings = { allow: ['lab'] }
  expect(
    await judge(tlsRequired, { resources: [probe('http://dev.example.com')], settings }),
  ).toEqual([`probe: The site is probed at http://dev.example.com. ${advice}`])
})
