/**
 * `node components/certificates/carry.ts LABEL`, run by `pulumi up`: carries Caddy's storage from
 * the host that the last run named (PULUMI_COMMAND_STDOUT) to the one that standard input names,
 * and prints the latter, public parts alone, for the next run.
 */
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Address, connect, finished, type Login, loginsWith, start } from '../ssh/client.ts'

/** What is to be done. */
export interface Order {
  /** The host that the certificates are for. */
  address: Address
  privateKeys: string[]
}

/** A lost host is not waited for, seconds; a living one answers at once. */
const OLD_SECONDS = 20
const NEW_SECONDS = 120
const PROGRAM = 'sudo /usr/lib/padlock/certificates'
/** Exit code of `certificates export` on a host that has none. */
const NONE = 3

async function main(): Promise<void> {
  const { address, privateKeys }: Order = JSON.parse(await text(process.stdin))
  const last = lastHost()
  if (last && last.hostKey !== address.hostKey) {
    const said = await carry(last, address, loginsWith(privateKeys)).catch(
      (error: Error) =>
        `the certificates of ${last.host} could not be carried over (${error.message}): the new host orders its own`,
    )
    console.error(said)
  }
  console.log(JSON.stringify(address))
}

/** The host of the last run; undefined at the first one. */
function lastHost(): Address | undefined {
  const printed = process.env.PULUMI_COMMAND_STDOUT
  return printed ? JSON.parse(printed) : undefined
}

async function carry(from: Address, to: Address, logins: Login[]): Promise<string> {
  const old = await connect(from, logins, OLD_SECONDS)
  try {
    const fresh = await connect(to, logins, NEW_SECONDS)
    try {
      const source = await start(old, `${PROGRAM} export`)
      const target = await start(fresh, `${PROGRAM} import`)
      target.resume()
      const [exported, imported] = await Promise.all([
        finished(source),
        finished(target),
        pipeline(source, target),
      ])
      if (exported.code === NONE) return `${from.host} has no certificates to carry over`
      if (exported.code !== 0) throw new Error(exported.stderr.trim() || 'the export failed')
      if (imported.code !== 0) throw new Error(imported.stderr.trim() || 'the import failed')
      return `certificates and ACME account came along from ${from.host}`
    } finally {
      fresh.end()
    }
  } finally {
    old.end()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
