import { sourceForDrill } from '../../../ops/backups/reader.ts'

const SOURCE = {
  ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-backups' },
  ...{ key: 'DO00HOST', secret: 's'.repeat(40), prefix: 'shop', passphrase: 'p'.repeat(40) },
}
const NAME = 'shop-drill-20261129-0901-backups-reader'

function account(...keys: string[]) {
  const made: unknown[] = []
  return {
    made,
    list: async () => keys.map((access_key) => ({ name: 'x', access_key })) as never[],
    create: async (path: string, body: object) => {
      made.push([path, body])
      return { key: { access_key: 'DO00READ', secret_key: 'r'.repeat(40) } }
    },
  }
}

test('a key for one environment may read the one bucket, and nothing else', async () => {
  const digitalocean = account('DO00OTHER', 'DO00HOST')
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const opened = { source: SOURCE, writes: true }
  const waited: string[] = []
  const known = async ({ key }: { key: string }) => void waited.push(key)
  expect(await sourceForDrill(digitalocean, opened, NAME, say, known)).toEqual({
    ...SOURCE,
    ...{ key: 'DO00READ', secret: 'r'.repeat(40) },
  })
  const grants = [{ bucket: 'shop-backups', permission: 'read' }]
  expect(digitalocean.made).toEqual([['/spaces/keys', { name: NAME, grants }]])
  expect(said).toEqual([])
  expect(waited).toEqual(['DO00READ'])
})

test.each([
  [false, []],
  [
    true,
    [
      expect.stringMatching(
        /^the host gets the key of the stack's own host .* writes too: .* with backups spaces pulumi up makes one, .* with backups s3 set backupReaderAccessKey and backupReaderSecretKey \(docs\/backups.md, Another host that restores\)$/,
      ),
    ],
  ],
])(
  'of a bucket of another account, or of another S3, the host gets the stack’s key, and one that writes (%p) is told of',
  async (writes, told) => {
    const digitalocean = account('DO00OTHER')
    const said: string[] = []
    const say = (line: string) => said.push(line)
    const known = () => Promise.reject(new Error('nothing is new'))
    expect(await sourceForDrill(digitalocean, { source: SOURCE, writes }, NAME, say, known)).toBe(
      SOURCE,
    )
    expect(digitalocean.made).toEqual([])
    expect(said).toEqual(told)
  },
)
