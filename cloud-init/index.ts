import { stringify } from 'yaml'
import { check, type HostFacts } from './facts.ts'
import { type HostFile, staticFiles } from './files.ts'
import { renderedFiles } from './rendered.ts'

export type { HostFacts } from './facts.ts'

/** DigitalOcean's limit for user data, in bytes (API reference, POST /v2/droplets). */
export const LIMIT = 64 * 1024

/**
 * The user data that makes a fresh Debian 13 into the host: a `#cloud-config` text.
 *
 * The same facts give the same bytes on every computer, for a change replaces the droplet. That is
 * why the files are plain text: compressors differ between zlib's versions and processors. It holds
 * no secret but the bootstrap host key, which opens nothing once the host has a key of its own.
 *
 * Throws if a fact is wrong, or if the text is longer than DigitalOcean takes.
 */
export function userData(facts: HostFacts): string {
  check(facts)
  const files = [...staticFiles(), ...renderedFiles(facts), COMPLETE]
  const text = `#cloud-config\n${yaml(cloudConfig(facts, files))}`
  const size = Buffer.byteLength(text)
  if (size > LIMIT) {
    const biggest = files.reduce((a, b) => (bytes(a) >= bytes(b) ? a : b))
    throw new Error(
      `The user data has ${size} bytes, DigitalOcean takes ${LIMIT}: ` +
        `the biggest file is ${biggest.path} with ${bytes(biggest)} bytes`,
    )
  }
  return text
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

function bytes(file: HostFile): number {
  return Buffer.byteLength(file.content)
}

function withNewline(text: string): string {
  return `${text.trimEnd()}\n`
}
