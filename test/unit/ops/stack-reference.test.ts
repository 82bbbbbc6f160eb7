import { nameIn, withOrganization } from '../../../ops/engine/stack-reference.ts'
import { secretPaths, withoutSecrets } from '../../../ops/environments/secrets.ts'

describe('stacks of an organisation that is not the default', () => {
  test.each([
    ['stack select pr-12 --create', 'stack select acme/pr-12 --create'],
    ['up --stack pr-12 --yes', 'up --stack acme/pr-12 --yes'],
    ['up --stack other/pr-12', 'up --stack other/pr-12'],
    ['stack ls --json', 'stack ls --json'],
  ])('%s', (given, expected) => {
    expect(withOrganization(given.split(' '), 'acme').join(' ')).toBe(expected)
    expect(withOrganization(given.split(' '), undefined).join(' ')).toBe(given)
  })

  test('are those of the organisation that PADLOCK_ORGANIZATION names', () => {
    const before = process.env.PADLOCK_ORGANIZATION
    process.env.PADLOCK_ORGANIZATION = 'acme'
    try {
      expect(withOrganization(['up', '--stack', 'pr-12'])).toEqual(['up', '--stack', 'acme/pr-12'])
      expect(['acme/pr-2', 'other/pr-3'].map((name) => nameIn(name))).toEqual(['pr-2', undefined])
    } finally {
      if (before === undefined) delete process.env.PADLOCK_ORGANIZATION
      else process.env.PADLOCK_ORGANIZATION = before
    }
  })

  test('are listed by their own names, and those of others not at all', () => {
    expect(['pr-1', 'acme/pr-2', 'other/pr-3'].map((name) => nameIn(name, 'acme'))).toEqual([
      'pr-1',
      'pr-2',
      undefined,
    ])
    expect(['pr-1', 'acme/pr-2'].map((name) => nameIn(name, undefined))).toEqual([
      'pr-1',
      undefined,
    ])
  })
})

test('encrypted values are found wherever they are, and left out', () => {
  const secure = { secure: 'v1:abc' }
  const config = {
    'padlock:zone': 'example.com',
    'padlock:appSecrets': { A: secure, b: { c: [secure, 'plain'] } },
    'padlock:password': secure,
  }
  expect(secretPaths(config)).toEqual([
    ['padlock:appSecrets', 'A'],
    ['padlock:appSecrets', 'b', 'c', 0],
    ['padlock:password'],
  ])
  expect(withoutSecrets(config)).toEqual({
    'padlock:zone': 'example.com',
    'padlock:appSecrets': { b: { c: ['', 'plain'] } },
  })
})
