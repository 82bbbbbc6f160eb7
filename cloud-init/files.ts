import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The files that land on the host as they are: their path under `files/` is their path there.
 * Named one by one, so that an editor's leftover does not become part of a host.
 */
export const FILES = [
  'etc/apt/apt.conf.d/20auto-upgrades',
  'etc/apt/apt.conf.d/51padlock',
  'etc/caddy/Caddyfile',
  'etc/containers/containers.conf.d/padlock.conf',
  'etc/dpkg/dpkg.cfg.d/padlock',
  'etc/nftables.conf',
  'etc/ssh/sshd_config.d/09-padlock-bootstrap.conf',
  'etc/ssh/sshd_config.d/10-padlock.conf',
  'etc/sysctl.d/60-padlock.conf',
  'etc/systemd/journald.conf.d/padlock.conf',
  'etc/systemd/system/caddy.service.d/padlock.conf',
  'etc/systemd/system/user@.service.d/padlock.conf',
  'usr/local/lib/padlock/host-key',
  'usr/local/lib/padlock/later',
  'usr/local/lib/padlock/padlock_release/__init__.py',
  'usr/local/lib/padlock/padlock_release/appuser.py',
  'usr/local/lib/padlock/padlock_release/caddy.py',
  'usr/local/lib/padlock/padlock_release/failure.py',
  'usr/local/lib/padlock/padlock_release/image.py',
  'usr/local/lib/padlock/padlock_release/log.py',
  'usr/local/lib/padlock/padlock_release/main.py',
  'usr/local/lib/padlock/padlock_release/manifest.py',
  'usr/local/lib/padlock/padlock_release/quadlet.py',
  'usr/local/lib/padlock/padlock_release/readiness.py',
  'usr/local/lib/padlock/padlock_release/service.py',
  'usr/local/lib/padlock/padlock_release/store.py',
  'usr/local/lib/padlock/padlock_release/unixhttp.py',
  'usr/local/lib/padlock/provision',
  'usr/local/lib/padlock/provision.d/10-repository',
  'usr/local/lib/padlock/provision.d/20-packages',
  'usr/local/lib/padlock/provision.d/30-access',
  'usr/local/lib/padlock/provision.d/40-system',
  'usr/local/lib/padlock/provision.d/50-app',
  'usr/local/lib/padlock/provision.d/60-services',
  'usr/local/lib/padlock/provision.d/90-facts',
  'usr/local/lib/padlock/ready',
  'usr/local/lib/padlock/release',
  'usr/local/lib/padlock/strict.sh',
]

/** The commands among them; all else is read by something. */
const COMMANDS = ['host-key', 'later', 'provision', 'ready', 'release'].map(
  (name) => `usr/local/lib/padlock/${name}`,
)

/** A file of the host, in cloud-init's terms. */
export interface HostFile {
  path: string
  content: string
  permissions: string
}

export function staticFiles(): HostFile[] {
  return FILES.map((path) => ({
    path: `/${path}`,
    content: readFileSync(join(import.meta.dirname, 'files', path), 'utf8'),
    permissions: COMMANDS.includes(path) ? '0755' : '0644',
  }))
}
