/**
 * `node components/ssh/authorize.ts LABEL`, run by `pulumi up`: replaces the list of keys that may
 * log in as `admin`. Standard input holds an `Order` as JSON, since it has private keys in it.
 */
import { text } from 'node:stream/consumers'
import { type Address, connect, finished, loginsWith, start } from './client.ts'

/** What is to be done. */
export interface Order {
  address: Address
  /** Keys that may open the host, before the agent's: the present one, the one before it, the first boot's. */
  privateKeys: string[]
  /** authorized_keys lines. */
  authorized: string[]
}

/** How long a host may take until it answers, seconds. */
const PATIENCE_SECONDS = 600
/** The whole list moves in one rename, so that a broken connection never locks anybody out. */
const REPLACE =
  'umask 077 && cat > ~/.ssh/authorized_keys.new && mv ~/.ssh/authorized_keys.new ~/.ssh/authorized_keys'

async function main(): Promise<void> {
  const { address, privateKeys, authorized }: Order = JSON.parse(await text(process.stdin))
  const client = await connect(address, loginsWith(privateKeys), PATIENCE_SECONDS).catch(
    (error: Error) => {
      throw new Error(
        `${address.host}:${address.port} lets none of the stack's keys in, and none of an agent's: ${error.message}. ` +
          'adminKeyVersion may rise by one at a time; sshFrom must name the network that this runs in.',
      )
    },
  )
  try {
    const channel = await start(client, REPLACE)
    channel.resume()
    channel.end(`${authorized.join('\n')}\n`)
    const { code, stderr } = await finished(channel)
    if (code !== 0) throw new Error(`the keys cannot be written: ${stderr.trim()}`)
  } finally {
    client.end()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
