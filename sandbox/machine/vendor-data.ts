import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LAN, VPC } from './network.ts'

const HOOK = readFileSync(join(import.meta.dirname, 'base', 'vendor-hook.sh'), 'utf8')

const BOUNDARY = 'vendor-data-part'

/** What a machine gets from its surroundings, beside the user data. */
export interface Vendor {
  /** Names that lead to this computer from inside the machine. */
  hosts: string[]
  /** Names that lead to what is in the droplet's private network. */
  privateHosts?: string[]
  /** Authorities to trust: PEM texts, of one certificate or more. */
  caCertificates: string[]
  /** Registry that has the official images of Docker Hub where that is out of reach. */
  registry?: string
}

/**
 * The single certificates in PEM texts, each once, but for those that the image trusts anyway: a
 * computer's extra authority often comes as a copy of the whole trust store with one more in it.
 */
export function extraCertificates(texts: string[], trusted = ''): string[] {
  const known = new Set(certificatesIn([trusted]))
  return certificatesIn(texts).filter((each) => !known.has(each))
}

function certificatesIn(texts: string[]): string[] {
  const blocks = texts.flatMap(
    (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  )
  return [...new Set(blocks.map((block) => block.replace(/\r/g, '').trim()))]
}

/**
 * Vendor data in the form of a config drive's vendor_data.json. A boothook carries it all: it
 * runs at every boot as soon as the data is read, ahead of every module, and shares no key with
 * the user data, so that neither can undo the other. `manage_etc_hosts` is what DigitalOcean's
 * own vendor data sets; cloud-init then rewrites /etc/hosts from a template at every boot, which
 * is why the names go into both. User data that sets the key itself wins.
 */
export function vendorData(vendor: Vendor): { 'cloud-init': string } {
  const parts = [
    ['text/cloud-boothook', boothook(vendor)],
    ['text/cloud-config', '#cloud-config\nmanage_etc_hosts: true\n'],
  ]
  const head = `Content-Type: multipart/mixed; boundary="${BOUNDARY}"\nMIME-Version: 1.0\n`
  const body = parts.map(
    ([type, text]) => `--${BOUNDARY}\nContent-Type: ${type}; charset="utf-8"\n\n${text}`,
  )
  // One text: cloud-init 25.1 fails on a list in its early network check.
  return { 'cloud-init': [head, ...body, `--${BOUNDARY}--\n`].join('\n') }
}

function boothook({ hosts, privateHosts = [], caCertificates, registry }: Vendor): string {
  const certificates = extraCertificates(caCertificates)
  const names = (address: string, all: string[]) =>
    all.length > 0 ? [`names '${address} ${all.join(' ')}'`] : []
  const calls = [
    ...names(LAN.computer, hosts),
    ...names(VPC.address, privateHosts),
    ...(registry ? [`images '${registry}'`] : []),
    ...(certificates.length > 0 ? ["trust <<'PEM'", ...certificates, 'PEM'] : []),
  ]
  return `#cloud-boothook\n${HOOK}${calls.join('\n')}\n`
}
