/** A droplet's size, of `GET /v2/sizes`. */
export interface Size {
  slug: string
  /** MiB. */
  memory: number
  vcpus: number
  /** Dollars. */
  price_monthly: number
  /** Where it is offered. */
  regions: string[]
  available: boolean
}

/** What Pulumi.yaml has where a template names none. */
export const DEFAULT_SIZE = 's-1vcpu-1gb'

/**
 * The size of a drill's droplet in a region that the template's may not be offered in: the cheapest there
 * with as much memory and as many processors.
 * @returns the wanted one where it is offered, is no size at all, or none is as large: the update says so
 */
export function sizeIn(region: string, wanted: string, sizes: Size[]): string {
  const found = sizes.find(({ slug }) => slug === wanted)
  if (!found) return wanted
  const [cheapest] = sizes
    .filter((one) => one.available && one.regions.includes(region))
    .filter(({ memory, vcpus }) => memory >= found.memory && vcpus >= found.vcpus)
    .sort((a, b) => Number(b === found) - Number(a === found) || a.price_monthly - b.price_monthly)
  return cheapest?.slug ?? wanted
}
