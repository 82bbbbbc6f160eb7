/** What a report says of a managed database, of the app's user in it, and of its pool. */
import { made, type Parts, ROOM, release, stays } from './host-changes.ts'

const IN_CLUSTER = `${ROOM}$ManagedDatabase`
const of = (kind: string) =>
  `digitalocean:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`
const CLUSTER = of('DatabaseCluster')
const POOL = of('DatabaseConnectionPool')
const USER = of('DatabaseUser')
const COMMAND = 'command:remote:Command#padlock-dev-managed-database'
const within = IN_CLUSTER
const cluster = { size: 'db-s-1vcpu-1gb', nodeCount: 1 }
const there: Parts = { ...stays, [CLUSTER]: { old: cluster, new: cluster, within } }
const PARTS = [of('DatabaseDb'), of('DatabaseFirewall'), POOL, USER, COMMAND]
const words = (parts: Parts) => made(parts).headline.text

test.each<[string, Parts, string]>([
  [
    'a pool goes',
    { ...there, ...release, [POOL]: { old: { size: 10 }, within } },
    'Deletes the managed database’s connection pool: the app’s connections by it end',
  ],
  [
    'a pool comes',
    { ...there, ...release, [POOL]: { new: { size: 10 }, within } },
    'Adds the managed database’s connection pool, with a release, no downtime',
  ],
  [
    'the user is replaced',
    { ...there, [USER]: { old: { name: 'app' }, new: { name: 'app' }, replaces: ['id'], within } },
    'Replaces the app’s user in the managed database: the app’s connections by it end',
  ],
  [
    'the app’s database in it is replaced',
    {
      ...there,
      [of('DatabaseDb')]: { old: { name: 'app' }, new: { name: 'b' }, replaces: ['name'], within },
    },
    'Replaces the app’s database in the cluster: what it holds is lost',
  ],
  [
    'the firewall is replaced',
    {
      ...there,
      [of('DatabaseFirewall')]: { old: { a: 1 }, new: { a: 2 }, replaces: ['a'], within },
    },
    'Replaces the managed database’s firewall: judge by its purpose what stops meanwhile',
  ],
  [
    'the cluster goes, and all that is in it',
    {
      ...stays,
      [CLUSTER]: { old: cluster, within },
      ...Object.fromEntries(PARTS.map((part) => [part, { old: { name: 'app' }, within }])),
    },
    'Deletes the managed database: what it holds is lost',
  ],
  [
    'it is resized, and its host is told',
    {
      ...stays,
      [CLUSTER]: { old: cluster, new: { ...cluster, nodeCount: 2 }, within },
      [COMMAND]: { old: { stdin: 'a' }, new: { stdin: 'b' }, within },
    },
    'Changes the managed database in place, no downtime',
  ],
])('%s', (_, parts, told) => {
  expect(words(parts)).toBe(told)
})
