import { Config, getStack, log } from '@pulumi/pulumi'
import { isAmong, ownAddress } from '../probe/own-address.ts'

/** Networks in CIDR notation; absent for everybody. */
interface From {
  sshFrom: string[]
  siteFrom?: string[]
}

/** DigitalOcean's API; it is asked nothing here, but the way to it tells from where this runs. */
const OFFICIAL = 'https://api.digitalocean.com'

/**
 * Warns where the host would let everybody in but who runs this: an update that sets such a list
 * goes through, and the next one cannot reach the host any more, or not ask the site.
 */
export async function warnOfLockOut({ sshFrom, siteFrom }: From): Promise<void> {
  const closing = Object.entries({ sshFrom, siteFrom }).filter(
    (entry): entry is [string, string[]] =>
      entry[1] !== undefined && !entry[1].some((network) => network.endsWith('/0')),
  )
  if (closing.length === 0) return
  const endpoint =
    new Config('digitalocean').get('apiEndpoint') || process.env.DIGITALOCEAN_API_URL || OFFICIAL
  const address = await ownAddress(new URL(endpoint).hostname)
  if (!address) return
  const consequences: Record<string, string> = {
    sshFrom: 'no update from here reaches the host',
    siteFrom: 'an update from here fails in its last step, which asks the site',
  }
  for (const [key, networks] of closing) {
    if (isAmong(address, networks)) continue
    const opened =
      key === 'sshFrom' ? `, or for an hour: ./padlock access open --stack ${getStack()}` : ''
    await log.warn(
      `${key} (${networks.join(', ')}) leaves out ${address}, the address that this computer is seen under: ${consequences[key]}. ` +
        `Fix: pulumi config set --path '${key}[${networks.length}]' ${address}/${address.includes(':') ? 128 : 32}${opened}`,
    )
  }
}
