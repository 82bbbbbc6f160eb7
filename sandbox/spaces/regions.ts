/** Spaces' regions (terraform-provider-digitalocean, digitalocean/spaces/spaces_entities.go). */
export const SPACES_REGIONS = [
  'ams3',
  'atl1',
  'blr1',
  'fra1',
  'lon1',
  'nyc3',
  'sfo2',
  'sfo3',
  'sgp1',
  'syd1',
  'tor1',
] as const

export type SpacesRegion = (typeof SPACES_REGIONS)[number]

const DOMAIN = 'spaces.sandbox.localhost'

/** The host of a region's endpoint, as `fra1.digitaloceanspaces.com` is the real one's. */
export const endpointHost = (region: string): string => `${region}.${DOMAIN}`

export const ENDPOINT_HOSTS: string[] = SPACES_REGIONS.map(endpointHost)

/** The names of the certificate; a wildcard stands for one label, a bucket's name. */
export const CERTIFICATE_NAMES: string[] = ENDPOINT_HOSTS.flatMap((host) => [host, `*.${host}`])

/**
 * The region and, in the virtual-host style, the bucket that a Host header names. `localhost` and
 * the address are nyc3, the provider's default, for clients that cannot be told where a name leads.
 */
export function placeOf(host: string): { region: SpacesRegion; bucket?: string } | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (name === 'localhost' || name === '127.0.0.1') return { region: 'nyc3' }
  const labels = name.endsWith(`.${DOMAIN}`) ? name.slice(0, -DOMAIN.length - 1).split('.') : []
  const region = SPACES_REGIONS.find((one) => one === labels.at(-1))
  if (!region || labels.length > 2) return undefined
  return labels.length === 2 ? { region, bucket: labels[0] } : { region }
}
