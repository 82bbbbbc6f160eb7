/** `node holds-cluster.ts DIR PASSWORD`: a sandbox's clusters in a process that a test can kill. */
import { startDatabases } from '../../../sandbox/databases/index.ts'

const [, , dir = '', password = ''] = process.argv
const databases = await startDatabases({
  dir,
  hosts: { public: '127.0.0.1', private: '127.0.0.3' },
  names: { public: 'localhost', private: 'localhost' },
  admits: () => true,
  log: console.error,
})
const place = await databases.place('one')
await databases.create('one', password)
await databases.setPools(
  'one',
  [{ name: 'pool', database: 'defaultdb', user: 'doadmin', size: 2, mode: 'session' }],
  [{ name: 'doadmin', password }],
)
console.log(JSON.stringify(place))
