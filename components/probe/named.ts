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
  },
})
const [host = ''] = positionals
const { zone = '', type, address = '', dns: dnsServer } = values
const name: Name = { host, zone, type: type === 'AAAA' ? 'AAAA' : 'A', address, dnsServer }
try {
  console.log((await leadsTo(name, console.log)).join('\n'))
} catch (error) {
  if (!(error instanceof Finding)) throw error
  console.error([error.message, ...error.hints.map((hint) => `  look at: ${hint}`)].join('\n'))
  process.exitCode = 1
}
