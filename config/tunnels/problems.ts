/** What the keys `tunnels` and `publicTunnels` may say. */
import { message } from '../error.ts'
import { matching } from '../texts.ts'
import { isObject } from '../values.ts'

/** The socket's name on the host, and a label of the public name. */
export const TUNNEL = matching(
  /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/,
  'is not a name that a tunnel can have',
)
export const TUNNEL_NAMES = 'names of at most 30 lower-case letters, digits and - between them'

/** Each has a certificate of its own, of the week's 50 that Let's Encrypt grants a domain. */
const MOST = 10

const TOO_MANY = message(
  `lists more than ${MOST} names, and each has a certificate of its own`,
  `at most ${MOST} names`,
  "pulumi config rm --path '{path}[0]'",
)
const PLAIN = message(
  'is set where tls is off, and a tunnel’s password would go in plain text',
  'tunnels only with TLS',
  'pulumi config set tls private, or pulumi config rm {path}',
)
const ELSEWHERE = message(
  'is set where the stack makes no records, and each tunnel needs one',
  'tunnels only where dns is digitalocean',
  'pulumi config rm {path}',
)

const twice = (name: string, label: string) =>
  message(
    `names "${label}", and ${name} is one of aliases`,
    'names that are nothing else',
    `pulumi config rm --path 'aliases["${name}"]', or pulumi config rm {path}`,
  )

interface Keys {
  tunnels?: unknown
  publicTunnels?: unknown
  tls?: unknown
  dns?: unknown
  aliases?: unknown
}

/** What of `tunnels` does not fit the other keys. */
export function tunnelProblems(
  { tunnels, publicTunnels, tls, dns, aliases }: Keys,
  hostname: string,
  report: (key: string, message: string) => void,
): void {
  if (!Array.isArray(tunnels) || !Array.isArray(publicTunnels)) return
  const taken = tunnels.find((name) => isObject(aliases) && `${name}.${hostname}` in aliases)
  if (taken !== undefined) report('tunnels', twice(`${taken}.${hostname}`, taken))
  if (tunnels.length > MOST) report('tunnels', TOO_MANY)
  if (tunnels.length > 0 && tls === 'off') report('tunnels', PLAIN)
  if (tunnels.length > 0 && dns !== 'digitalocean') report('tunnels', ELSEWHERE)
  const other = publicTunnels.find((name) => !tunnels.includes(name))
  if (other === undefined) return
  const wrong = `names "${other}", which is not in tunnels`
  report('publicTunnels', message(wrong, 'names that are in tunnels', 'pulumi config rm {path}'))
}
