/** `node components/probe/named.ts HOST --zone ZONE --type AAAA --address IP ...`, run by `pulumi up`. */
import { parseArgs } from 'node:util'
import { leadsTo, type Name } from './by-name.ts'
import { Finding } from './site.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    zone: { type: 'string' },
    type: { type: 'string' },
    address: { type: 'string' },
    dns: { type: 'string' },
    external: { type: 'boolean' },
  },
})
const [host = ''] = positionals
const { zone = '', type, address = '', dns: dnsServer, external } = values
const asked = type === 'AAAA' ? 'AAAA' : 'A'
const name: Name = { host, zone, type: asked, address, dnsServer, external }
try {
  console.log((await leadsTo(name, console.log)).join('\n'))
} catch (error) {
  if (!(error instanceof Finding)) throw error
  console.error([error.message, ...error.hints.map((hint) => `  look at: ${hint}`)].join('\n'))
  process.exitCode = 1
}
