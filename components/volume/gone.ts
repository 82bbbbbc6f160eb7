/** Where the account is asked, as the provider is told; what is absent comes from the environment. */
export interface Account {
  endpoint?: string
  token?: string
}

const TIMEOUT_MS = 30_000

/**
 * Does a droplet write to its volume no more? Only its account knows: a host that is silent to this
 * computer may live behind a closed port, or be too busy to answer.
 * @returns true where there is no such droplet (404), or where it is off
 * @throws Error where the account does not say
 */
export async function isGone(dropletId: string, account: Account): Promise<boolean> {
  const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN, DIGITALOCEAN_ACCESS_TOKEN } = process.env
  const token = account.token ?? DIGITALOCEAN_TOKEN ?? DIGITALOCEAN_ACCESS_TOKEN
  if (!token) throw new Error('DIGITALOCEAN_TOKEN is not set')
  const endpoint = account.endpoint ?? DIGITALOCEAN_API_URL ?? 'https://api.digitalocean.com'
  const path = `/v2/droplets/${dropletId}`
  const response = await fetch(`${endpoint.replace(/\/+$/, '')}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status === 404) return true
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
  const { droplet } = (await response.json()) as { droplet: { status: string } }
  return droplet.status === 'off'
}
