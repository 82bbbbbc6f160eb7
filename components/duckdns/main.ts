/**
 * `node components/duckdns/main.ts (set | clear | drop) LABEL [--ip IP] [--ipv6 IP6] [--anew]`, run by
 * `pulumi up`, with DUCKDNS_TOKEN and DUCKDNS_API in the environment. With --anew what is there goes first.
 * `drop` takes that IPv6 address away and keeps the IPv4 address that is there, or else sets the one given.
 */
import { parseArgs } from 'node:util'
import { type Update, update } from './update.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ip: { type: 'string' }, ipv6: { type: 'string' }, anew: { type: 'boolean' } },
})
const [verb, label = ''] = positionals
const { DUCKDNS_TOKEN: token = '', DUCKDNS_API: api = '' } = process.env
const { ip, ipv6, anew } = values
try {
  const tell = (wanted: Partial<Update>) => update({ api, token, label, ...wanted })
  // The API clears both addresses or none, and tells them in the answer to a change.
  const kept = verb === 'drop' ? ((await tell({ ipv6 })).ip ?? ip) : ip
  if (anew || verb !== 'set') await tell({ clear: true })
  if (verb !== 'clear') await tell({ ip: kept, ipv6: verb === 'set' ? ipv6 : undefined })
  console.log(
    `${label}.duckdns.org ${verb === 'clear' ? 'is cleared' : `leads to ${kept ?? ipv6}`}`,
  )
} catch (error) {
  console.error(
    `${(error as Error).message}\n  look at: https://www.duckdns.org: the account's domains and its token (pulumi config set --secret duckdnsToken)`,
  )
  process.exitCode = 1
}
