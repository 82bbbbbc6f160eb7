/**
 * `node components/processes/move.ts LABEL`, run by `pulumi up` once the address leads to the host
 * that standard input names: ends the workers and jobs of the host that the last run named
 * (PULUMI_COMMAND_STDOUT), starts them on this one, and prints it for the next run.
 */
import { text } from 'node:stream/consumers'
import { type Address, connect, finished, type Login, loginsWith, start } from '../ssh/client.ts'

/** A lost host is not waited for, seconds; a living one answers at once. */
const OLD_SECONDS = 20
const NEW_SECONDS = 120

async function main(): Promise<void> {
  const { address, privateKeys } = JSON.parse(await text(process.stdin))
  const logins = loginsWith(privateKeys)
  const printed = process.env.PULUMI_COMMAND_STDOUT
  const last: Address | undefined = printed ? JSON.parse(printed) : undefined
  if (last && last.hostKey !== address.hostKey) {
    await run(last, logins, OLD_SECONDS, 'stop').catch((error: Error) =>
      console.error(`the processes of ${last.host} could not be ended (${error.message})`),
    )
  }
  await run(address, logins, NEW_SECONDS, 'start')
  console.log(JSON.stringify(address))
}

async function run(address: Address, logins: Login[], seconds: number, verb: string) {
  const client = await connect(address, logins, seconds)
  try {
    const channel = await start(client, `sudo /usr/lib/padlock/processes ${verb}`)
    channel.resume()
    const { code, stderr } = await finished(channel)
    if (code !== 0) throw new Error(stderr.trim() || `processes ${verb} failed`)
  } finally {
    client.end()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
