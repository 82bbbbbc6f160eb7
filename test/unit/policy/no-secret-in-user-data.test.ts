import { gzipSync } from 'node:zlib'
import { userData } from '../../../cloud-init/index.ts'
import { noSecretInUserData } from '../../../policy/rules/no-secret-in-user-data.ts'
import { BOOTSTRAP_PRIVATE_KEY, production, variants } from '../cloud-init/facts.ts'
import { droplet, judge } from './judge.ts'

const said = (text: string | undefined, config = {}) =>
  judge(noSecretInUserData, { config, resources: [{ type: droplet, props: { userData: text } }] })
const advice =
  'Hand it over by SSH with the release: pulumi config set --secret --path appSecrets.NAME'

test.each(Object.keys(variants))('the real user data passes: %s', async (name) => {
  expect(await said(userData(variants[name]!))).toEqual([])
})

test('a droplet without user data passes', async () => {
  expect(await said(undefined)).toEqual([])
})

test('a secret of the configuration fails, by the key that holds it', async () => {
  const secret = 'correct horse battery'
  const text = `#cloud-config\nruncmd:\n- [login, ${secret}]\n`
  const config = {
    appSecrets: { DATABASE: secret },
    appRegistries: { 'ghcr.io': { password: 'not in there' } },
  }
  expect(await said(text, config)).toEqual([
    `it: User data holds the value of padlock:appSecrets.DATABASE. ${advice}`,
  ])
})

test('a secret of a provider fails, packed into a file', async () => {
  const secret = 'qKdOe83_management_secret'
  const content = gzipSync(`token=${secret}\n`).toString('base64')
  const text = `#cloud-config\nwrite_files:\n- {path: /etc/app.env, encoding: gz+b64, content: ${content}}\n`
  expect(await said(text, { 'auth0:clientSecret': secret })).toEqual([
    `it: User data's /etc/app.env holds the value of auth0:clientSecret. ${advice}`,
  ])
})

test('a secret of the environment fails, in base64 of a script', async () => {
  process.env.TEST_API_TOKEN = 'from the environment'
  const coded = Buffer.from(process.env.TEST_API_TOKEN).toString('base64')
  const found = await said(`#!/bin/sh\necho ${coded} | base64 -d >/etc/token\n`)
  delete process.env.TEST_API_TOKEN
  expect(found).toEqual([
    `it: User data holds the value of the environment variable TEST_API_TOKEN. ${advice}`,
  ])
})

test.each([
  ['a DigitalOcean token', `dop_v1_${'0a'.repeat(32)}`],
  ['a GitHub token', `ghp_${'a1'.repeat(18)}`],
  ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
  ['a Pulumi access token', `pul-${'0a'.repeat(20)}`],
  ['a JSON web token', `eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(12)}`],
  ['a private key', BOOTSTRAP_PRIVATE_KEY],
])('%s fails, whoever it belongs to', async (what, secret) => {
  const content = JSON.stringify(secret)
  const text = `#cloud-config\nwrite_files:\n- {path: /root/x, content: ${content}}\n`
  expect(await said(text)).toEqual([`it: User data's /root/x holds ${what}. ${advice}`])
})

test('a second host key fails', async () => {
  const text = userData(production).replace(
    'ssh_keys:\n',
    `ssh_keys:\n  rsa_private: ${JSON.stringify(BOOTSTRAP_PRIVATE_KEY)}\n`,
  )
  expect(await said(text)).toEqual([`it: User data holds a private key. ${advice}`])
})
