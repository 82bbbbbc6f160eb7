import { formerName } from '../../../config/former-name.ts'

describe('keys under the name that a project had before', () => {
  const declared = ['zone', 'region', 'size', 'sshFrom']
  test.each([
    [['padlock:zone', 'padlock:sshFrom', 'auth0:domain'], 'padlock'],
    [['padlock:size'], 'padlock'],
    [['shop:zone', 'shop:size'], undefined],
    // A provider's of somebody's own.
    [['shop:zone', 'aws:region'], undefined],
    [['gcp:region', 'gcp:zone', 'gcp:project'], undefined],
    [['gcp:region', 'gcp:zone'], undefined],
    [['digitalocean:apiEndpoint', 'auth0:domain'], undefined],
  ])('%j: %s', (keys, name) => {
    expect(formerName(keys, 'shop', declared)).toBe(name)
  })
})
