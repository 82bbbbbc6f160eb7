import { described, wrongWith } from '../../../ops/cli/volume.ts'

const device = '/dev/disk/by-id/scsi-0DO_Volume_padlock-dev-1a2b3c4d'

test.each([
  [
    { attached: true, mounted: true, size: 10 * 1024 ** 3, used: 2.5 * 1024 ** 3 },
    '  used         2.5 of 10.0 GiB (25 %)',
  ],
  [
    { attached: true, mounted: false },
    '  NOT MOUNTED  it is attached: ./padlock ssh "sudo journalctl -u srv-volume.mount" says why; the app does not start without it',
  ],
  [
    { attached: false, mounted: false },
    '  NOT MOUNTED  it is not attached to the host: pulumi up --refresh attaches it; the app does not start without it',
  ],
])('a volume with %j', (state, line) => {
  expect(described({ device, ...state })).toEqual(['volume padlock-dev-1a2b3c4d', line, ''])
})

test('one that is not mounted is wrong', () => {
  expect(wrongWith({ device, attached: false, mounted: false })).toEqual([
    'volume: not mounted; it is not attached to the host: pulumi up --refresh attaches it',
  ])
})

const LARGER =
  'a full one stops a database on it. Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up), or remove what the app needs no more'
const filled = (part: number) => {
  const size = 10 * 1024 ** 3
  return { device, attached: true, mounted: true, size, used: size * part }
}

test('above 85 % it is wrong, with what it is full of and the way out', () => {
  expect(wrongWith(filled(0.85))).toEqual([])
  expect(wrongWith(filled(0.99))).toEqual([`volume: 9.9 of 10.0 GiB (99 %) in use; ${LARGER}`])
  expect(described(filled(0.99))).toEqual([
    'volume padlock-dev-1a2b3c4d',
    '  used         9.9 of 10.0 GiB (99 %)',
    `  NEARLY FULL  ${LARGER}`,
    '',
  ])
})

test('where the host tells of it with its backups it is told once', () => {
  expect(wrongWith(filled(0.99), true)).toEqual([])
  expect(wrongWith({ device, attached: false, mounted: false }, true)).toHaveLength(1)
})
