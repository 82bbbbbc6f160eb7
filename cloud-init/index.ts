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
  const files = [...staticFiles(), ...renderedFiles(facts)]
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

/** Keys that the provider's own vendor data is likely to use are left to it (apt, bootcmd, ca_certs). */
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
    write_files: files,
    runcmd: [['/usr/local/lib/padlock/provision']],
  }
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
