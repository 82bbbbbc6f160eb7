import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The files that land on the host, without their comments: their path under `files/` is their path there.
 * Named one by one, so that an editor's leftover does not become part of a host.
 */
export const FILES = [
  'etc/padlock/first.nft',
  'etc/ssh/sshd_config.d/09-padlock-bootstrap.conf',
  'etc/ssh/sshd_config.d/10-padlock.conf',
  'usr/local/lib/padlock/host-key',
  'usr/local/lib/padlock/install',
  'usr/local/lib/padlock/later',
  'usr/local/lib/padlock/pin-caddy',
  'usr/local/lib/padlock/provision',
  'usr/local/lib/padlock/provision.d/10-repository',
  'usr/local/lib/padlock/provision.d/20-packages',
  'usr/local/lib/padlock/provision.d/30-access',
  'usr/local/lib/padlock/provision.d/40-swap',
  'usr/local/lib/padlock/ready',
  'usr/local/lib/padlock/strict.sh',
]

/** The commands among them; all else is read by something. */
const COMMANDS = ['host-key', 'install', 'later', 'pin-caddy', 'provision', 'ready'].map(
  (name) => `usr/local/lib/padlock/${name}`,
)

/** A file of the host, in cloud-init's terms. */
export interface HostFile {
  path: string
  content: string
  permissions: string
}

/** Whole lines of comment are for readers of this project; user data has little room. */
export function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#(?!!).*\n/gm, '')
}

export function staticFiles(): HostFile[] {
  return FILES.map((path) => ({
    path: `/${path}`,
    content: withoutComments(readFileSync(join(import.meta.dirname, 'files', path), 'utf8')),
    permissions: COMMANDS.includes(path) ? '0755' : '0644',
  }))
}
