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

test('one that is not mounted is wrong, one that is full is not', () => {
  expect(wrongWith({ device, attached: true, mounted: true, size: 1, used: 1 })).toEqual([])
  expect(wrongWith({ device, attached: false, mounted: false })).toEqual([
    'volume: not mounted; it is not attached to the host: pulumi up --refresh attaches it',
  ])
})
