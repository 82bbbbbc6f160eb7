import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { ownAddress } from '../../../components/probe/own-address.ts'
import { formatExpiry } from '../../../config/expiry.ts'
import { openAccess } from '../../accounts/access.ts'
import { duration } from '../../environments/duration.ts'
import { mustExist, standardLabel, targetOf } from './target.ts'

const TTL = '1h'

export const help = `padlock access open --stack NAME [--ttl ${TTL}] [--address ADDRESS] [--label LABEL]

Lets this computer in to ssh for a while where sshFrom leaves it out: a second firewall on
the stack's tag, beside the one that the stack's program made and knows nothing of it.
\`./padlock access close\` takes it away; what was forgotten, a sweep takes when its time is over.

  --ttl       how long: minutes, hours or days, such as 30m
  --address   who is let in; default: the address that this computer is seen under
  --label     tells it from others; default: run-GITHUB_RUN_ID, or by-hand

Exit code 0: open. 1: what is wrong. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { stack: option, ttl: option, address: option, label: option },
  })
  const { stack, ttl = TTL, label = standardLabel() } = values
  if (!stack) {
    console.error(help)
    return 2
  }
  await mustExist(stack)
  const { api, endpoint, sshPort: port, ...of } = await targetOf(stack)
  const address = values.address ?? (await ownAddress(endpoint))
  if (!address || !isIP(address)) {
    throw new Error(`the address to let in is ${address ?? 'unknown'}. Fix: --address 203.0.113.7`)
  }
  const from = `${address}/${isIP(address) === 4 ? 32 : 128}`
  const expires = new Date(Date.now() + duration(ttl))
  const name = await openAccess(api, { ...of, stack, port, from, expires, label })
  console.log(
    `${address} may reach port ${port} of ${stack} until ${formatExpiry(expires)}: ${name}`,
  )
  return 0
}
