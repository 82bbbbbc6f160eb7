import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the base image is made of. A plain Debian cloud image: no web server, no containers. */
export const SUITE = 'trixie'
export const PACKAGES = [
  // A kernel that boots without an initrd, and systemd.
  ...['linux-image-cloud-amd64', 'systemd-sysv', 'systemd-resolved', 'systemd-timesyncd'],
  ...['libpam-systemd', 'libnss-resolve', 'dbus', 'dbus-user-session', 'udev', 'kmod', 'polkitd'],
  // cloud-init and what it calls: a DHCP client, growpart with sfdisk, resize2fs.
  ...['cloud-init', 'dhcpcd-base', 'netcat-openbsd', 'cloud-guest-utils', 'fdisk', 'e2fsprogs'],
  ...['openssh-server', 'sudo', 'ca-certificates', 'curl', 'wget', 'gnupg', 'apt-utils'],
  ...['unattended-upgrades', 'nftables', 'iproute2', 'iputils-ping', 'netbase', 'less', 'procps'],
  ...['psmisc', 'vim-tiny', 'python3', 'cron', 'logrotate', 'zstd', 'xz-utils', 'rsync', 'man-db'],
  ...['bash-completion', 'locales', 'tzdata'],
]

/** Size of the image's only file system, MiB; cloud-init grows it to the droplet's disk. */
export const IMAGE_MIB = 2048

/** The disk's signature, in the MBR's own byte order; the first partition is `<it>-01`. */
export const DISK_SIGNATURE = '7061646c'

export const HOOK = join(import.meta.dirname, 'base', 'customize.sh')

/**
 * Names one state of the recipe: the suite, the packages, the hook, and the month, so that a base
 * image carries packages at most a month old.
 * @returns `<recipe>-<yyyymm>`: the same recipe of another month has the same first part
 */
export function recipeKey(now = new Date()): string {
  const recipe = JSON.stringify([SUITE, PACKAGES, IMAGE_MIB, DISK_SIGNATURE])
  const hash = createHash('sha256').update(recipe).update(readFileSync(HOOK)).digest('hex')
  const month = now.toISOString().slice(0, 7).replace('-', '')
  return `${hash.slice(0, 12)}-${month}`
}
