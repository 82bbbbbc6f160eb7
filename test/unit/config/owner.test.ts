import { homedir } from 'node:os'
import {
  type Checkout,
  ownerNote,
  ownerOf,
  ownerOfNote,
  ownerOfTag,
  ownerTag,
  repositoryOf,
} from '../../../config/checkout/owner.ts'

test.each([
  'git@github.com:Acme/shop.git',
  'https://github.com/acme/shop',
  'https://github.com/acme/shop.git/',
  'https://x-access-token:ghs_1@github.com/acme/shop.git',
  'https://ada@acme.com:p@ss:1@github.com/acme/shop.git',
  'HTTPS://github.com/acme/shop.git?private_token=ghs_1',
  'ssh://git@github.com/acme/shop.git',
  'ssh://git@ssh.github.com:443/acme/shop.git',
  'git://github.com//acme/shop.git',
])('%s is one repository', (remote) => {
  expect(repositoryOf(remote)).toBe('github.com/acme/shop')
})

const laptop: Checkout = {
  project: 'padlock',
  folder: '/home/ada/shop',
  backend: 'https://api.pulumi.com',
  organization: 'acme',
  remote: 'git@github.com:acme/shop.git',
}

test('a laptop and CI of one repository are one owner', () => {
  const ci = {
    ...laptop,
    folder: '/runner/shop',
    backend: '',
    remote: 'https://github.com/acme/shop',
  }
  expect(ownerOf(laptop)).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}$/),
    of: 'github.com/acme/shop, api.pulumi.com/acme',
  })
  expect(ownerOf(ci)).toEqual(ownerOf(laptop))
  const bucket = { ...laptop, backend: 's3://state/padlock?region=eu-central-1' }
  expect(ownerOf({ ...bucket, backend: 's3://state/padlock/' })).toEqual(ownerOf(bucket))
})

test.each<[string, Partial<Checkout>]>([
  ['a fork', { remote: 'git@github.com:ada/shop.git' }],
  ['another organisation', { organization: 'ada' }],
  ['another backend', { backend: 's3://state', organization: 'organization' }],
  ['a folder as backend', { backend: 'file:///srv/state', organization: 'organization' }],
  ['another project', { project: 'shop' }],
])('%s is another owner', (_what, more) => {
  expect(ownerOf({ ...laptop, ...more })?.id).not.toBe(ownerOf(laptop)?.id)
})

test('a backend inside the folder belongs to the checkout, wherever that lies', () => {
  const here = { ...laptop, backend: 'file:///home/ada/shop/.sandbox/state?metadata=skip' }
  const there = {
    ...here,
    folder: '/tmp/x',
    backend: 'file:///tmp/x/.sandbox/state',
    remote: undefined,
  }
  expect(ownerOf(here)?.of).toBe('.sandbox/state of this folder')
  expect(ownerOf(there)).toEqual(ownerOf(here))
})

test('without a remote only a folder tells an owner', () => {
  const alone = { ...laptop, remote: undefined }
  expect(ownerOf(alone)).toBeUndefined()
  expect(ownerOf({ ...alone, backend: 'file://~' })?.of).toBe(homedir())
})

test('no credential of a URL enters the words', () => {
  const backend = 'postgres://me:hunter2@db.example.com/pulumi?sslmode=require'
  expect(ownerOf({ ...laptop, backend })?.of).toBe(
    'github.com/acme/shop, postgres://db.example.com/pulumi',
  )
})

test('tags and descriptions give the id back', () => {
  expect(ownerOfTag(ownerTag('padlock-pr-12', '1a2b3c4d'))).toBe('1a2b3c4d')
  expect(ownerOfTag('padlock-pr-12:expires:20261123T0904Z')).toBeUndefined()
  expect(ownerOfNote(`https://pr-12.example.com ${ownerNote('pr-12', '1a2b3c4d')}`)).toBe(
    '1a2b3c4d',
  )
  expect(ownerOfNote('https://pr-12.example.com (stack pr-12)')).toBeUndefined()
})
