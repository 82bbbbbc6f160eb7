import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { hasPathStyle } from '../../../config/backups/place.ts'

const FOLDERS = ['padlock-backup', 'padlock-app'].map((name) =>
  join(import.meta.dirname, '../../../host', name, 'files/usr/lib/padlock'),
)
const PROGRAM = `import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import files, host, order, settings
one = order.read(sys.stdin)
host.run = lambda *words, **_: sys.exit(' '.join(words))
print(settings.text(one, (2, 55), 1 << 30))
files.restic(one, 'bucket', 'snapshots')`

/** The address style that pgBackRest and restic are given for a bucket. */
function styles(endpoint: string, bucket: string): (string | undefined)[] {
  const order = {
    ...{ database: true, files: true, keepDaily: 7, keepWeekly: 4, prefix: 'shop-dev' },
    ...{ endpoint, bucket, region: 'eu-central-1', key: 'AKIA123' },
    ...{ secret: 'a-secret-of-16-or-more', passphrase: 'correct-horse-battery' },
  }
  const { stdout, stderr } = spawnSync('python3', ['-c', PROGRAM, ...FOLDERS], {
    input: JSON.stringify(order),
    encoding: 'utf8',
  })
  return [/uri-style=(\w+)/.exec(stdout)?.[1], /bucket-lookup=(\w+)/.exec(stderr)?.[1]]
}

test.each([
  ['s3.eu-central-1.amazonaws.com', 'acme-backups', ['host', 'dns']],
  ['s3.cn-north-1.amazonaws.com.cn', 'acme-backups', ['host', 'dns']],
  ['s3.eu-central-1.amazonaws.com', 'acme.backups', ['path', 'path']],
  ['fra1.digitaloceanspaces.com', 'acme-backups', ['path', 'path']],
  ['s3.amazonaws.com.corp.example:9000', 'acme-backups', ['path', 'path']],
])('at %s the bucket %s is addressed alike by all', (endpoint, bucket, wanted) => {
  expect(styles(endpoint, bucket)).toEqual(wanted)
  const place = { endpoint, bucket, region: 'eu-central-1', key: 'AKIA123', secret: 'secret' }
  expect(hasPathStyle(place)).toBe(wanted[0] === 'path')
})
