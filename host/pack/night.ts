/** What a host does by itself at night, in this order: a backup, upgrades, a reboot where they ask for one. */
import type { PackageFile } from './deb.ts'

const BACKUP_MINUTES = 150
const UPGRADES_MINUTES = 60
/** So that not all hosts ask the same servers at once. */
const SPREAD = '30m'

/** apt reads its drop-ins in order, so it stands after 51padlock and Debian's own. */
export function rebootFile(rebootTime: string): PackageFile {
  const line = `Unattended-Upgrade::Automatic-Reboot-Time "${rebootTime}";\n`
  return {
    path: 'usr/share/padlock-host/etc/apt/apt.conf.d/52padlock-reboot',
    content: Buffer.from(line),
  }
}

/**
 * An upgrade of PostgreSQL's package stops the server and starts it again, so on a host with a database
 * upgrades come in the hour before the reboot that may follow them, and not at Debian's 6 o'clock.
 */
export const upgradesFile = (rebootTime: string): PackageFile =>
  timerFile('apt-daily-upgrade.timer.d/padlock-database', before(rebootTime, UPGRADES_MINUTES))

/** A backup has one hour or more until the upgrades, which would end it. */
export const backupFile = (rebootTime: string): PackageFile =>
  timerFile('padlock-backup.timer.d/reboot-time', before(rebootTime, BACKUP_MINUTES))

function timerFile(name: string, time: string): PackageFile {
  const lines = ['[Timer]', 'OnCalendar=', `OnCalendar=*-*-* ${time} UTC`]
  const text = [...lines, `RandomizedDelaySec=${SPREAD}`, ''].join('\n')
  return { path: `usr/lib/systemd/system/${name}.conf`, content: Buffer.from(text) }
}

/** A time of day so many minutes before another one, `HH:MM` both. */
function before(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const at = (hour * 60 + minute - minutes + 24 * 60) % (24 * 60)
  return [Math.floor(at / 60), at % 60].map((part) => `${part}`.padStart(2, '0')).join(':')
}
