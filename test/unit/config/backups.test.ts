import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) => parse({ ...defaults, ...good, ...raw }, context())
const wanted = { backups: 'spaces', volume: 10, database: 'local', region: 'fra1' }

test('without the key there are none', () => {
  expect(read({}).backups).toBeUndefined()
})

test('the bucket is in the droplet’s region unless another is named, and kept', () => {
  const usual = { region: 'fra1', keepDaily: 7, keepWeekly: 4, protect: true }
  expect(read(wanted).backups).toEqual(usual)
  expect(read({ ...wanted, backupRegion: 'nyc3' }).backups).toEqual({ ...usual, region: 'nyc3' })
  expect(read({ ...wanted, keepDaily: 14, keepWeekly: 8 }).backups).toEqual({
    ...{ ...usual, keepDaily: 14, keepWeekly: 8 },
  })
})

test('consent lets it be deleted', () => {
  expect(read({ ...wanted, allowDelete: ['backups'] }).backups?.protect).toBe(false)
  expect(read({ ...wanted, protect: 'false' }).backups?.protect).toBe(false)
})

test('a host that restores has no backups of its own, and may have an expiry', () => {
  const settings = read({ restorable: true, volume: 10, expires: '2099-01-02T03:04Z' })
  expect([settings.restorable, settings.backups]).toEqual([true, undefined])
  expect(read(wanted).restorable).toBeUndefined()
})
