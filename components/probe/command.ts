import { parseArgs } from 'node:util'
import { commitHere } from '../../config/checkout/commit.ts'
import { leadsTo } from './by-name.ts'
import { probe } from './probe.ts'
import { Finding } from './site.ts'

/** How long the site may take to come up. */
const SECONDS = 180

export const help = `padlock probe URL --address IP --http-port N (--issuer URL | --edge | --ready-path PATH | --leads-to URL)
              [--seconds N] [--zone ZONE [--external] [--dns IP:PORT]]

Asks the site, from where you stand, what a visitor would see: a certificate that is
trusted for the name, the redirect from http, and the login's redirect to the issuer; or,
without a login, the path by which the app says that it is ready. With --zone it also asks
where the name leads.

  URL           public base URL, such as https://www.example.com
  --address     the address to connect to, whatever a resolver says
  --http-port   the port that redirects to https
  --issuer      what the address of the login must begin with
  --callback    path of the site that the login must come back to (/callback)
  --edge        the login stands in front of the whole site
  --ready-path  where there is no login, a path that must answer 2xx
  --leads-to    where the site only leads elsewhere, the base URL that every path must lead to
  --zone        the zone whose own name servers, and this computer's resolver, must lead to the address alone
  --external    the zone is not DigitalOcean's
  --dns         the name server to ask instead
  --release     shown in the answer
  --certificate what the host says of its certificate; only "certified" is asked
  --seconds     how long to wait for it to come up (${SECONDS})

PADLOCK_ROOT in the environment holds the PEM text of a private root to trust, PADLOCK_CLIENT that
of a certificate and its key to show where the site asks for one.
Exit code 0: all is well. 1: what is wrong, and where to look.`

/** Prints one line for each check, or what is wrong and where to look; the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      address: { type: 'string' },
      'http-port': { type: 'string' },
      issuer: { type: 'string' },
      callback: { type: 'string' },
      edge: { type: 'boolean' },
      'ready-path': { type: 'string' },
      'leads-to': { type: 'string' },
      zone: { type: 'string' },
      external: { type: 'boolean' },
      dns: { type: 'string' },
      release: { type: 'string' },
      certificate: { type: 'string' },
      seconds: { type: 'string' },
    },
  })
  const [url] = positionals
  const {
    address,
    zone,
    external,
    dns,
    edge,
    issuer,
    callback,
    'ready-path': readyPath,
    'leads-to': target,
  } = values
  if (!url || !URL.canParse(url) || !address || !(issuer || edge || readyPath || target)) {
    console.error(help)
    return 2
  }
  if (values.certificate && values.certificate !== 'certified') {
    console.log(`${url} at ${address} is not asked: ${values.certificate}`)
    return 0
  }
  const site = {
    url: new URL(url),
    address,
    httpPort: Number(values['http-port'] ?? 80),
    issuer,
    callback,
    edge,
    readyPath,
    leadsTo: target,
    root: process.env.PADLOCK_ROOT,
    client: process.env.PADLOCK_CLIENT,
  }
  let answers = false
  try {
    const lines = await probe(site, Number(values.seconds ?? SECONDS))
    answers = true
    if (zone) {
      const name = { host: site.url.hostname, zone, type: 'A' as const, address, dnsServer: dns }
      lines.push(...(await leadsTo({ ...name, external }, console.log)))
    }
    console.log(
      [`${url}${values.release ? `, ${named(values.release)}` : ''}`, ...lines].join('\n'),
    )
    return 0
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    const hints = error.hints.map((hint) =>
      `  look at: ${hint}`.replace('app-RELEASE', `app-${values.release ?? 'RELEASE'}`),
    )
    // No other release leads the name back.
    const back = values.release ? wayBack(values.release).slice(0, answers ? 1 : undefined) : []
    console.error([error.message, ...hints, ...back].join('\n'))
    return 1
  }
}

const named = (release: string) => `release ${release}, commit ${commitHere() ?? 'unknown'}`

/**
 * A release that its host found ready stays live where it cannot be asked from here: a proxy of the
 * operator's must not take a good one back. What the last good probe printed names the one before.
 */
function wayBack(release: string): string[] {
  const last = process.env.PULUMI_COMMAND_STDOUT ?? ''
  const [, before, commit] = /release (\w+), commit ([0-9a-f]{40})/.exec(last) ?? []
  const live = `live all the same: ${named(release)}; its host found it ready, and it stays`
  if (!commit || before === release) return [live]
  return [
    live,
    `to go back to release ${before} at once: ./padlock rollback ${before}`,
    `to go back for good: git checkout ${commit} && pulumi config set allowOlder true && pulumi up`,
  ]
}
