import { sourceOf } from '../../../../ops/backups/source.ts'
import { capture } from '../../../../ops/engine/pulumi.ts'

jest.mock('../../../../ops/engine/pulumi.ts', () => ({ capture: jest.fn() }))
const engine = capture as jest.MockedFunction<typeof capture>

const place = (key: string) => ({
  ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-backups' },
  ...{ key, secret: `secret-of-${key}`, prefix: 'shop-dev', passphrase: 'correct-horse' },
})
const outputs = (all: object) =>
  engine.mockResolvedValue({ code: 0, stdout: JSON.stringify(all), stderr: '' })
const backupAccess = place('writes')
const backupReader = place('reads')
const backupCopyAccess = place('reads-copy')

test.each([
  ['reader', backupReader, false],
  ['writer', backupAccess, true],
  ['copy', backupCopyAccess, false],
] as const)('the place with the key that is asked for: %s', async (which, source, writes) => {
  outputs({ backupAccess, backupReader, backupCopyAccess })
  expect(await sourceOf('production', which)).toEqual({ source, writes })
})

test('a stack without a key that reads alone has the host’s own, and that is told', async () => {
  outputs({ backupAccess })
  expect(await sourceOf('production', 'reader')).toEqual({ source: backupAccess, writes: true })
})

test('a stack without backups, or without a copy, is told with the command for it', async () => {
  outputs({})
  for (const which of ['reader', 'writer'] as const) {
    const failed = sourceOf('production', which)
    await expect(failed).rejects.toThrow('the stack production has no output backupAccess')
  }
  outputs({ backupAccess, backupReader })
  await expect(sourceOf('production', 'copy')).rejects.toThrow('pulumi config set backupCopyRegion')
})

test.each([
  ['fra1.digitaloceanspaces.com', 'pulumi config set backupCopyRegion ams3 --stack production'],
  ['ams3.digitaloceanspaces.com', 'pulumi config set backupCopyRegion atl1 --stack production'],
  ['s3.eu-central-1.amazonaws.com', 'the owner of the bucket has it replicated'],
])('how there comes to be a copy of what lies at %s', async (endpoint, fix) => {
  outputs({ backupAccess: { ...backupAccess, endpoint } })
  await expect(sourceOf('production', 'copy')).rejects.toThrow(
    `there is no copy of its backups. Fix: ${fix}`,
  )
})
