import { getSizes } from '@pulumi/digitalocean/getSizes.js'
import { type Former, ofKind } from '../state.ts'
import { configurationError, failDigitalOcean } from './error.ts'

export interface SizeOptions {
  region: string
  size: string
  image: string
  /** May the droplet be replaced where it cannot be resized? */
  mayReplace: boolean
}

/**
 * Is the size one that the stack's droplet can have? One that is there and stays as it is needs
 * nothing of the region, whatever is sold out.
 * @returns whether the droplet must be replaced to get the size: its disk would have to shrink
 */
export async function checkSize(options: SizeOptions, state: Former[]): Promise<boolean> {
  const { size, region, image, mayReplace } = options
  const { sizes } = await getSizes({}).catch(failDigitalOcean)
  const droplet = ofKind(state, 'Droplet')[0]?.outputs
  const stays = droplet?.region === region && droplet.image === image
  if (stays && droplet.size === size) return false
  const found = sizes.find((one) => one.slug === size)
  if (!found) {
    const offered = sizes
      .filter((one) => one.regions.includes(region))
      .sort((a, b) => a.priceMonthly - b.priceMonthly)
    throw configurationError(
      `size = "${size}" is not a size that DigitalOcean has`,
      `among others ${
        offered
          .slice(0, 6)
          .map((one) => one.slug)
          .join(', ') || 's-1vcpu-1gb'
      }`,
      'pulumi config set size s-1vcpu-1gb',
    )
  }
  if (!found.available || !found.regions.includes(region)) {
    throw configurationError(
      `region = "${region}" does not offer the size ${size}`,
      [...found.regions].sort().join(', ') || 'no region at present',
      `pulumi config set region ${found.regions[0] ?? 'fra1'}`,
    )
  }
  if (!stays || found.disk >= droplet.disk) return false
  if (mayReplace) return true
  const fitting = sizes
    .filter((one) => one.available && one.disk >= droplet.disk && one.regions.includes(region))
    .sort((a, b) => a.priceMonthly - b.priceMonthly)
    .slice(0, 6)
    .map((one) => one.slug)
  throw configurationError(
    `size = "${size}" has a disk of ${found.disk} GiB, and the droplet's of ${droplet.disk} GiB cannot shrink`,
    `in place ${fitting.join(', ')}; any size for a new droplet`,
    `pulumi config set size ${droplet.size}, or have the droplet replaced without a gap, its disk lost: ` +
      `pulumi config set --path 'allowReplace[0]' droplet`,
  )
}
