/**
 * `node components/duckdns/main.ts (set | clear) LABEL [--ip IP] [--ipv6 IP6] [--anew]`, run by
 * `pulumi up`, with DUCKDNS_TOKEN and DUCKDNS_API in the environment. With --anew what is there goes first.
 */
import { parseArgs } from 'node:util'
import { update } from './update.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ip: { type: 'string' }, ipv6: { type: 'string' }, anew: { type: 'boolean' } },
})
const [verb, label = ''] = positionals
const { DUCKDNS_TOKEN: token = '', DUCKDNS_API: api = '' } = process.env
const { ip, ipv6, anew } = values
try {
  if (anew || verb === 'clear') await update({ api, token, label, clear: true })
  if (verb === 'set') await update({ api, token, label, ip, ipv6 })
  console.log(`${label}.duckdns.org ${verb === 'set' ? `leads to ${ip ?? ipv6}` : 'is cleared'}`)
} catch (error) {
  console.error(
    `${(error as Error).message}\n  look at: https://www.duckdns.org: the account's domains and its token (pulumi config set --secret duckdnsToken TOKEN)`,
  )
  process.exitCode = 1
}
