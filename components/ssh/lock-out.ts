import { Config, getStack, log } from '@pulumi/pulumi'
import { isAmong, ownAddress } from '../probe/own-address.ts'

/** DigitalOcean's API; it is asked nothing here, but the way to it tells from where this runs. */
const OFFICIAL = 'https://api.digitalocean.com'

/**
 * Warns where the host would let everybody in but who runs this: an update that sets such a list
 * goes through, and the next one cannot reach the host any more.
 * @param sshFrom networks in CIDR notation
 */
export async function warnOfLockOut(sshFrom: string[]): Promise<void> {
  if (sshFrom.some((network) => network.endsWith('/0'))) return
  const endpoint =
    new Config('digitalocean').get('apiEndpoint') || process.env.DIGITALOCEAN_API_URL || OFFICIAL
  const address = await ownAddress(new URL(endpoint).hostname)
  if (!address || isAmong(address, sshFrom)) return
  await log.warn(
    `sshFrom (${sshFrom.join(', ')}) leaves out ${address}, the address that this computer is seen under: no update from here reaches the host. ` +
      `Fix: pulumi config set --path 'sshFrom[${sshFrom.length}]' ${address}/${address.includes(':') ? 128 : 32}, ` +
      `or for an hour: ./padlock access open --stack ${getStack()}`,
  )
}
