import { LAN } from './network.ts'

/** What a machine gets from its surroundings, beside the user data. */
export interface Vendor {
  /** Names that lead to this computer from inside the machine. */
  hosts: string[]
  /** Authorities to trust: PEM texts, of one certificate or more. */
  caCertificates: string[]
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

const BOUNDARY = 'vendor-data-part'

function boothook({ hosts, caCertificates }: Vendor): string {
  const line = `${LAN.computer} ${hosts.join(' ')}`
  return [
    '#cloud-boothook',
    '#!/bin/sh',
    'set -eu',
    ...(hosts.length === 0
      ? []
      : ['for file in /etc/hosts /etc/cloud/templates/hosts.debian.tmpl; do']),
    ...(hosts.length === 0
      ? []
      : [`  grep -qxF '${line}' "$file" || echo '${line}' >> "$file"`, 'done']),
    // What update-ca-certificates(8) would do, without the seconds it takes to do it for all.
    'trust() {',
    '  file=/usr/local/share/ca-certificates/$1.crt',
    '  [ ! -e "$file" ] || return 0',
    '  cat > "$file"',
    '  ln -sf "$file" "/etc/ssl/certs/$1.pem"',
    '  hash=$(openssl x509 -hash -noout -in "$file")',
    '  n=0; while [ -e "/etc/ssl/certs/$hash.$n" ]; do n=$((n + 1)); done',
    '  ln -s "$1.pem" "/etc/ssl/certs/$hash.$n"',
    '  cat "$file" >> /etc/ssl/certs/ca-certificates.crt',
    '}',
    ...extraCertificates(caCertificates).map((pem, n) => `trust vendor-${n} <<'PEM'\n${pem}\nPEM`),
    '',
  ].join('\n')
}
