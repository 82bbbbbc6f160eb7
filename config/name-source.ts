/** What the key `dns` goes with. */
import { message } from './error.ts'
import type { Report, Values } from './rules.ts'

const OURS_ALONE = (value: string) =>
  message(
    `is set beside dns = "${value}", where the stack has no zone at DigitalOcean`,
    'only with dns = "digitalocean"',
    'pulumi config rm {path}, or pulumi config set dns digitalocean',
  )

/** Keys of a zone at DigitalOcean mean nothing where there is none. */
export function nameSource(values: Values, report: Report): void {
  const { dns, manageZone, keepZone } = values
  if (dns === 'digitalocean' || typeof dns !== 'string') return
  if (manageZone) report('manageZone', OURS_ALONE(dns), { show: true })
  if (keepZone) report('keepZone', OURS_ALONE(dns), { show: true })
}
