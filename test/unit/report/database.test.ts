/** What a report says of a database on the host: that it comes, goes with its rows kept, and moves. */
import { made, type Parts, ROOM, release, replaced, stays } from './host-changes.ts'

const IN_DATABASE = `${ROOM}$LocalDatabase`
const COMMAND = 'command:remote:Command#padlock-dev-database'
const PASSWORD = 'random:index/randomPassword:RandomPassword#padlock-dev-database'
const there = { create: 'sudo /usr/lib/padlock/database up' }

test.each<[string, Parts, string]>([
  [
    'comes',
    {
      ...stays,
      [PASSWORD]: { new: { length: 32 }, within: IN_DATABASE },
      [COMMAND]: { new: there, within: IN_DATABASE },
    },
    'Adds the database on the host, no downtime',
  ],
  [
    'goes',
    {
      ...stays,
      [PASSWORD]: { old: { length: 32 }, within: IN_DATABASE },
      [COMMAND]: { old: there, within: IN_DATABASE },
    },
    'Stops the database on the host; its rows stay on the volume',
  ],
  [
    'moves with a droplet',
    {
      ...replaced('image'),
      ...release,
      [COMMAND]: {
        ...{ old: { ...there, triggers: [1] }, new: { ...there, triggers: [2] } },
        ...{ replaces: ['triggers'], within: IN_DATABASE },
      },
    },
    'Replaces the droplet (image) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
  ],
])('that %s', (_, parts, words) => {
  expect(made(parts).headline.text).toBe(words)
})
