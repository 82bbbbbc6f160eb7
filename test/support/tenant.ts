/**
 * An OpenID provider for the app's tests: `node tenant.ts DIR`. Keeps everything in DIR, prints one
 * line of JSON once it listens, and ends with its standard input, so with the tests.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startAuth0 } from '../../sandbox/auth0/index.ts'
import { openAuthority } from '../../sandbox/ca/index.ts'

const dir = process.argv[2]
if (!dir) throw new Error('usage: node tenant.ts DIR')
const authority = await openAuthority(dir)
const management = { clientId: 'tests', clientSecret: randomBytes(24).toString('hex') }
const { domain, close } = await startAuth0({
  stateFile: join(dir, 'tenant.json'),
  port: 0,
  certificate: await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
  management,
  log: (line) => console.error(line),
})
console.log(JSON.stringify({ domain, root: authority.rootPath, management }))
process.stdin.resume().on('end', async () => {
  await close()
  process.exit(0)
})
