import { copyBackups, copyPlaces } from '../../../../ops/backups/copy.ts'
import { noteCopy } from '../../../../ops/backups/last-copy.ts'
import { run } from '../../../../ops/cli/backup/copy.ts'

jest.mock('../../../../ops/backups/copy.ts', () => ({
  copyBackups: jest.fn(),
  copyPlaces: jest.fn(),
}))
jest.mock('../../../../ops/backups/last-copy.ts', () => ({ noteCopy: jest.fn() }))
jest.mock('../../../../ops/cli/login.ts', () => ({ chosenStack: async () => 'production' }))

const place = {
  ...{ endpoint: 'fra1.digitaloceanspaces.com', region: 'us-east-1', bucket: 'shop-copy' },
  ...{ key: 'k', secret: 's' },
}
const said: string[] = []
jest.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
jest.spyOn(console, 'error').mockImplementation((line) => void said.push(line))

test('a copy that is whole is told as that, though no note of it could be written', async () => {
  jest.mocked(copyPlaces).mockResolvedValue({ from: place, to: place })
  const copied = { objects: 2, bytes: 9, already: 1, kept: 0, replaced: 0 }
  jest.mocked(copyBackups).mockResolvedValue(copied)
  jest.mocked(noteCopy).mockRejectedValue(new Error('receipts/copy.json is not in the bucket'))
  expect(await run([])).toBe(0)
  expect(said).toEqual([
    'fra1.digitaloceanspaces.com/shop-copy has the backups of production: 2 objects (9 bytes) copied, 1 there already, 0 that the first bucket has no more',
    'no note of this copy could be written, so ./padlock status tells of the one before: receipts/copy.json is not in the bucket',
  ])
})
