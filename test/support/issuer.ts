/**
 * An issuer of OpenID Connect for tests: `node issuer.ts DIR OPTIONS`, the options of `startIssuer`
 * as JSON. Keeps its authority in DIR, prints one line of JSON once it listens, and ends with its
 * standard input, so with the tests.
 */
import { openAuthority } from '../../sandbox/ca/index.ts'
import { startIssuer } from '../../sandbox/issuer/index.ts'

const [dir, options] = process.argv.slice(2)
if (!dir || !options) throw new Error('usage: node issuer.ts DIR OPTIONS')
const authority = await openAuthority(dir)
const certificate = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] })
const { issuer, close } = await startIssuer({
  port: 0,
  certificate,
  log: (line) => console.error(line),
  ...JSON.parse(options),
})
console.log(JSON.stringify({ issuer, root: authority.rootPath }))
process.stdin.resume().on('end', async () => {
  await close()
  process.exit(0)
})
