/**
 * `node components/volume/main.ts mount LABEL | unmount`, run by `pulumi up` and `destroy` for the
 * host that standard input names as an `Order`, in JSON. Its exit code is 0 for a volume that the
 * host has, or has let go of.
 */
import { text } from 'node:stream/consumers'
import { type Address, connect, finished, loginsWith, start } from '../ssh/client.ts'
import { endOf } from '../ssh/end.ts'
import { type Account, isGone } from './gone.ts'

/** What is to be done. */
export interface Order {
  address: Address
  privateKeys: string[]
  dropletId: string
  account: Account
}

type Verb = 'mount' | 'unmount'

const MOUNTED =
  '/srv/volume is mounted, and padlock-volume, which lets go of it, is not installed. ' +
  'Fix: end what uses it (sudo fuser -vm /srv/volume), sudo umount /srv/volume, then again'
const COMMANDS: Record<Verb, string> = {
  mount: 'sudo /usr/lib/padlock/volume mount',
  unmount: endOf(
    'volume',
    'unmount',
    `! mountpoint -q /srv/volume || { echo '${MOUNTED}' >&2; false; }`,
  ),
}
const HOST_SECONDS = Number(process.env.PADLOCK_VOLUME_SECONDS) || 120
/** A living host answers at once; of a silent one the account is asked, seconds. */
const GONE_SECONDS = Number(process.env.PADLOCK_GONE_SECONDS) || 20

async function main(): Promise<void> {
  const verb = process.argv[2]
  const order: Order = JSON.parse(await text(process.stdin))
  if (verb === 'mount') return run(order, 'mount', HOST_SECONDS)
  if (verb !== 'unmount') throw new Error('usage: main.ts mount LABEL | unmount')
  try {
    await run(order, 'unmount', GONE_SECONDS)
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    await ensureGone(order, error)
    console.error(
      `${order.address.host} is gone (${error.message}): the volume is taken from it as it is, ` +
        'and its journal is replayed by the next host',
    )
  }
}

/** Nobody answers there, or another host, or there is no key to log in with. */
class Unreachable extends Error {}

/** @throws Error unless the account says that the droplet is off, or is no more */
async function ensureGone({ address, dropletId, account }: Order, why: Error): Promise<void> {
  const unknown = (error: Error) =>
    `, and its account does not say whether it lives: ${error.message}`
  const said = await isGone(dropletId, account).catch(unknown)
  if (said === true) return
  throw new Error(
    `${address.host} cannot be reached (${why.message})${said || ', and its droplet is on'}, ` +
      `so it may still write to its volume. ${giveUp(dropletId)}`,
  )
}

const giveUp = (dropletId: string) =>
  `Fix: ./padlock ssh must work; or give the host up: doctl compute droplet-action power-off ${dropletId} --wait, then again`

async function run({ address, privateKeys, dropletId }: Order, verb: Verb, seconds: number) {
  const { host } = address
  const client = await connect(address, loginsWith(privateKeys), seconds).catch(
    (error: Error & { level?: string }) => {
      // The host's key has been verified by then.
      if (error.level !== 'client-authentication') throw new Unreachable(error.message)
      throw new Error(
        `${host} lives and lets none of the stack's keys in, so it may still write to its volume. ` +
          giveUp(dropletId),
      )
    },
  )
  try {
    const channel = await start(client, COMMANDS[verb])
    channel.resume()
    const { code, stderr } = await finished(channel)
    if (code !== 0) throw new Error(`${host}: ${stderr.trim() || `volume ${verb} failed`}`)
    // The last word on the way back before the volume is detached.
    if (verb === 'unmount' && stderr.trim()) console.error(`${host}: ${stderr.trim()}`)
  } finally {
    client.end()
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
