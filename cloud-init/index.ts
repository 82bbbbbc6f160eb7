import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import { check, type HostFacts } from './facts.ts'
import { type HostFile, staticFiles } from './files.ts'
import { renderedFiles } from './rendered.ts'

export type { HostFacts } from './facts.ts'
export { sourcesFile } from './rendered.ts'

/** The first boot's own limit, bytes; DigitalOcean takes 64 KiB (API reference, POST /v2/droplets). */
export const LIMIT = 20 * 1024

/**
 * The user data of a fresh Debian 13: a `#cloud-config` text that brings it as far as the first
 * pinned connection and installs Caddy and Podman beside the boot. All else is `host/`'s packages.
 *
 * The same facts give the same bytes on every computer. The text holds no secret but the bootstrap
 * host key, which opens nothing once the host has a key of its own.
 *
 * Throws if a fact is wrong, or if the text is longer than `LIMIT`.
 */
export function userData(facts: HostFacts): string {
  check(facts)
  const text = render(facts)
  const size = Buffer.byteLength(text)
  if (size > LIMIT) throw new Error(`The user data has ${size} bytes; allowed are ${LIMIT}`)
  return text
}

/**
 * Names the version of the first boot: SHA-256 of the user data without what may change while the
 * droplet stays (its keys, and where Caddy comes from). A droplet whose version is another one is
 * replaced.
 */
export function firstBoot(facts: Pick<HostFacts, 'hostname' | 'sshPort' | 'swapMiB'>): string {
  const { hostname, sshPort, swapMiB } = facts
  const text = render({
    hostname,
    sshPort,
    swapMiB,
    adminKeys: [],
    bootstrapHostKey: { privateKey: '', publicKey: '' },
    caddyRepository: { url: '', suite: '', component: '', key: '', fingerprint: '' },
  })
  return createHash('sha256').update(text).digest('hex')
}

function render(facts: HostFacts): string {
  const files = [...staticFiles(), ...renderedFiles(facts), COMPLETE]
  return `#cloud-config\n${yaml(cloudConfig(facts, files))}`
}

const PROVISION = '/usr/local/lib/padlock/provision'

/** Written last: all that `provision` needs is there. */
const COMPLETE: HostFile = {
  path: '/etc/padlock/complete',
  content: 'All files of the user data are written.\n',
  permissions: '0644',
}

/** Keys that the provider's own vendor data is likely to use are left to it (apt, ca_certs). */
function cloudConfig(facts: HostFacts, files: HostFile[]) {
  return {
    hostname: facts.hostname,
    // The locale that is always there; any other would be generated at boot.
    locale: 'C.UTF-8',
    disable_root: true,
    ssh_deletekeys: true,
    ssh_keys: {
      ecdsa_private: withNewline(facts.bootstrapHostKey.privateKey),
      ecdsa_public: withNewline(facts.bootstrapHostKey.publicKey),
    },
    ssh: { emit_keys_to_console: false },
    users: [
      {
        name: 'admin',
        gecos: 'Administrator',
        lock_passwd: true,
        shell: '/bin/bash',
        ssh_authorized_keys: facts.adminKeys.map((line) => line.trim()),
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
      },
      { name: 'app', gecos: 'The application', lock_passwd: true, shell: '/usr/sbin/nologin' },
    ],
    bootcmd: [provisionEarly()],
    write_files: files,
    // Waits for the early one; goes on where that has failed.
    runcmd: [[PROVISION]],
  }
}

/**
 * Starts provisioning as soon as its files are there, beside the rest of the boot: at the end of it
 * is `runcmd`, half a minute later on a slow machine. systemd runs it, with no dependencies, since
 * its usual ones are met only after the stage of cloud-init that this is called in.
 */
function provisionEarly(): string[] {
  const written = `timeout 300 sh -c 'until test -e ${COMPLETE.path}; do sleep 1; done'`
  return [
    ...['cloud-init-per', 'instance', 'padlock-provision'],
    ...['systemd-run', '--no-block', '--unit=padlock-provision'],
    ...['--property=DefaultDependencies=no', 'sh', '-c', `${written} && exec ${PROVISION}`],
  ]
}

function yaml(document: object): string {
  return stringify(document, {
    sortMapEntries: true,
    lineWidth: 0,
    blockQuote: 'literal',
    indentSeq: false,
  })
}

function withNewline(text: string): string {
  return `${text.trimEnd()}\n`
}
