/** What the Security part of a report says of buckets, their keys and databases. */
import { report } from '../../../ops/report/report.ts'
import { preview } from './fixtures.ts'

const lines = (found: ReturnType<typeof report>) =>
  found.security.map(({ effect, text }) => `${effect} ${text}`)

describe('of buckets and databases is told', () => {
  const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket'
  const KEY = 'digitalocean:index/spacesKey:SpacesKey'
  const WALL = 'digitalocean:index/databaseFirewall:DatabaseFirewall'
  const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'
  const LATER = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
  const versions = (enabled: boolean) => ({ acl: 'private', versioning: { enabled } })
  const grants = (...given: [bucket: string, permission: string][]) => ({
    grants: given.map(([bucket, permission]) => ({ bucket, permission })),
  })
  const rules = (...given: [type: string, value: string][]) => ({
    clusterId: 'c',
    rules: given.map(([type, value]) => ({ type, value })),
  })
  const tag: [string, string] = ['tag', 'padlock-dev']
  const cluster = { new: { size: 'db-s-1vcpu-1gb' } }
  test.each<[string, Parameters<typeof preview>[0], string[]]>([
    ['a private bucket', { [BUCKET]: { new: { acl: 'private' } } }, []],
    [
      'a new bucket for everybody',
      { [BUCKET]: { new: { acl: 'public-read' } } },
      ['opens the bucket padlock-dev to everybody (acl public-read)'],
    ],
    [
      'a bucket for everybody',
      { [BUCKET]: { old: {}, new: { acl: 'public-read' } } },
      ['opens the bucket padlock-dev to everybody (acl public-read)'],
    ],
    [
      'a bucket that is private again',
      { [BUCKET]: { old: { acl: 'public-read' }, new: {} } },
      ['closes the bucket padlock-dev to everybody'],
    ],
    [
      'a bucket without versions',
      { [BUCKET]: { old: versions(true), new: versions(false) } },
      [
        'opens the bucket padlock-dev to loss: what is overwritten or deleted in it is kept no longer',
      ],
    ],
    [
      'a bucket with versions',
      { [BUCKET]: { old: versions(false), new: versions(true) } },
      ['closes the bucket padlock-dev to loss: what is overwritten or deleted in it is kept'],
    ],
    ['a bucket that goes', { [BUCKET]: { old: { acl: 'public-read' } } }, []],
    [
      'the host’s key in full',
      { [KEY]: { old: grants(['b', 'readwrite']), new: grants(['', 'fullaccess']) } },
      [
        'opens every bucket of the account, in full, to the key padlock-dev',
        'closes the bucket b (readwrite) to the key padlock-dev',
      ],
    ],
    [
      'a new key',
      { [KEY]: { new: grants([LATER, 'read']) } },
      ['opens a bucket that is made now (read) to the key padlock-dev'],
    ],
    [
      'another tag and an address',
      {
        [WALL]: { old: rules(tag), new: rules(['tag', 'other'], ['ip_addr', '203.0.113.0/24']) },
      },
      [
        'opens the database padlock-dev to 203.0.113.0/24',
        'opens the database padlock-dev to droplets tagged other',
        'closes the database padlock-dev to droplets tagged padlock-dev',
      ],
    ],
    [
      'no rule',
      { [CLUSTER]: { old: cluster.new, ...cluster }, [WALL]: { old: rules(tag), new: rules() } },
      [
        'opens the database padlock-dev to the whole internet: its firewall has no rule',
        'closes the database padlock-dev to droplets tagged padlock-dev',
      ],
    ],
    [
      'no firewall',
      { [CLUSTER]: { old: cluster.new, ...cluster }, [WALL]: { old: rules(tag) } },
      ['opens the database padlock-dev to the whole internet: its firewall goes'],
    ],
    ['the same', { [WALL]: { old: rules(tag), new: rules(tag) } }, []],
  ])('%s', (_what, parts, expected) => {
    expect(lines(report(preview(parts)))).toEqual(expected)
  })
})
