/** What a report says of a volume: that it moves, grows, is detached, or is lost. */
import { beside, DROPLET, made, type Parts, ROOM, release, replaced } from './host-changes.ts'

const IN_VOLUME = `${ROOM}$DataVolume`
const VOLUME = 'digitalocean:index/volume:Volume'
const ATTACHMENT = 'digitalocean:index/volumeAttachment:VolumeAttachment'
const MOUNTED = 'command:local:Command#padlock-dev-volume-mounted'
const volume = { size: 10, region: 'fra1' }
const stays: Parts = {
  'padlock:index:DataVolume': { old: { a: 1 }, new: { a: 1 }, within: ROOM },
  [VOLUME]: { old: volume, new: volume, within: IN_VOLUME },
}
const reattached: Parts = {
  [ATTACHMENT]: {
    ...{ old: { dropletId: 1 }, new: { dropletId: 2 }, replaces: ['dropletId'] },
    within: IN_VOLUME,
  },
  [MOUNTED]: {
    ...{ old: { triggers: [1] }, new: { triggers: [2] }, replaces: ['triggers'] },
    within: IN_VOLUME,
  },
}

test.each<[string, Parts, string, number]>([
  [
    'moves with a droplet, which takes time',
    { ...replaced('image'), ...release, ...stays, ...reattached },
    'Replaces the droplet (image) and loses what is on its disk, not what is on its volume: about 145 seconds of downtime, in which the volume moves to the new one',
    145,
  ],
  [
    'is new with a new droplet, which takes none',
    {
      ...replaced('image'),
      'padlock:index:DataVolume': { new: { a: 1 }, within: ROOM },
      [VOLUME]: { new: volume, within: IN_VOLUME },
    },
    'Replaces the droplet (image) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
    0,
  ],
  [
    'grows while it is in use',
    {
      ...stays,
      [VOLUME]: { old: volume, new: { ...volume, size: 20 }, within: IN_VOLUME },
      [MOUNTED]: { old: { create: '10' }, new: { create: '20' }, within: IN_VOLUME },
    },
    'Changes the volume in place, no downtime',
    0,
  ],
  [
    'is attached anew',
    { ...stays, ...reattached },
    'Detaches the volume and attaches it again: the app stops meanwhile',
    60,
  ],
])('that %s', (_, parts, words, downtimeSeconds) => {
  expect(made(parts).headline).toEqual({ kind: 'change', text: words, downtimeSeconds })
})

test('that is deleted is told before all else', () => {
  const found = made({ ...beside, [VOLUME]: { old: volume, within: IN_VOLUME } })
  expect(found.headline.text).toMatch(/^Deletes the Volume padlock-dev: what it holds is lost/)
  expect(found.changes[0]).toMatchObject({ kind: 'Volume', dangerous: true })
})

test('that is detached alone leaves an app without it', () => {
  const found = made({ ...stays, [ATTACHMENT]: { old: { dropletId: 1 }, within: IN_VOLUME } })
  expect(found.headline.text).toBe('Detaches the volume: an app that needs it stops')
})

test('costs what its size costs', () => {
  const found = made({
    [DROPLET]: { new: { size: 's-1vcpu-1gb' } },
    [VOLUME]: { new: volume, within: IN_VOLUME },
  })
  expect(JSON.stringify(found)).toContain('10 GiB')
})
