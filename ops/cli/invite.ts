import { parseArgs } from 'node:util'
import { duration } from '../environments/duration.ts'
import { Tenant } from '../tenant/api.ts'
import { invite } from '../tenant/invite.ts'
import { tenantOf } from '../tenant/stack.ts'

const TTL = '5d'

export const help = `padlock invite ADDRESS --stack NAME [--ttl ${TTL}] [--replace]

Makes an account for a person in the Auth0 database of a stack, and prints a link with which
they set their password. The link works once, marks the address as verified, and opens the
account to whoever has it: hand it to that person alone. An address that has a verified
account gets a new link.

  --ttl       how long the link works: minutes, hours or days, such as 90m, 24h, 5d
  --replace   remove an account of the address that was never verified, and make a new one

It needs the scopes read:connections, read:users, create:users and create:user_tickets
(--replace: delete:users) of the Auth0 Management API.

Exit code 0: the link alone is on stdout. 1: the message says what to do. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      ttl: { type: 'string', default: TTL },
      replace: { type: 'boolean', default: false },
    },
  })
  const { stack, ttl, replace } = values
  const [address] = positionals
  if (!stack || !address || positionals.length > 1) {
    console.error(help)
    return 2
  }
  const seconds = Math.round(duration(ttl) / 1000)
  const settings = await tenantOf(stack)
  const link = await invite(new Tenant(settings), settings, { address, seconds, replace })
  console.error(`for ${address} alone, works once and for ${ttl}:`)
  console.log(link)
  return 0
}
