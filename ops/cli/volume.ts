import { ask } from './login.ts'

/** `/usr/lib/padlock/volume state` */
export interface VolumeState {
  device: string
  /** Does the kernel see it? */
  attached: boolean
  mounted: boolean
  /** Bytes; absent where it is not mounted. */
  size?: number
  used?: number
}

const GIB = 1024 ** 3
/** The part above which it is nearly full, as the host's backups have it (padlock_backup/room.py). */
const NEARLY_FULL = 0.85

/**
 * The volume as the host sees it; undefined for a stack without one.
 * @throws Error if the host cannot be reached, or does not tell
 */
export async function volumeState(
  stack: string,
  outputs: Record<string, string>,
): Promise<VolumeState | undefined> {
  const told = await ask(stack, outputs, ['volume', 'state']).catch((error: Error) => {
    if (error.message.includes(' has no volume:')) return undefined
    throw error
  })
  if (told === undefined) return undefined
  if (told.code !== 0) throw new Error(told.stderr.trim() || `volume state ends with ${told.code}`)
  return JSON.parse(told.stdout)
}

/**
 * What is wrong with it, in a line.
 * @param told the backups of the host say that it is nearly full
 */
export function wrongWith(volume: VolumeState, told = false): string[] {
  if (!volume.mounted) return [`volume: not mounted; ${why(volume.attached)}`]
  return isNearlyFull(volume) && !told ? [`volume: ${filled(volume)} in use; ${LARGER}`] : []
}

/** The volume for a terminal, with an empty line behind it. */
export function described(volume: VolumeState): string[] {
  const row = (name: string, value: string) => `  ${name.padEnd(12)} ${value}`
  const name = volume.device.replace(/^.*_Volume_/, '')
  return [
    `volume ${name}`,
    volume.mounted
      ? row('used', filled(volume))
      : row('NOT MOUNTED', `${why(volume.attached)}; the app does not start without it`),
    ...(isNearlyFull(volume) ? [row('NEARLY FULL', LARGER)] : []),
    '',
  ]
}

const LARGER =
  'a full one stops a database on it. Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up), or remove what the app needs no more'

const isNearlyFull = ({ mounted, size = 0, used = 0 }: VolumeState) =>
  mounted && used > size * NEARLY_FULL

const why = (attached: boolean) =>
  attached
    ? 'it is attached: ./padlock ssh "sudo journalctl -u srv-volume.mount" says why'
    : 'it is not attached to the host: pulumi up --refresh attaches it'

const filled = ({ size = 0, used = 0 }: VolumeState) =>
  `${gib(used)} of ${gib(size)} GiB (${percent(used, size)} %)`
const gib = (bytes: number) => (bytes / GIB).toFixed(1)
const percent = (used: number, size: number) => Math.round((100 * used) / Math.max(1, size))
