import { createHash } from 'node:crypto'
import { type Kept, keptData } from '../protection.ts'
import type { Values } from '../rules.ts'

/** A block-storage volume of the stack. */
export interface VolumeSettings extends Kept {
  /** GiB; a higher number lets it grow in place. */
  size: number
  /** DigitalOcean region slug, the droplet's. */
  region: string
}

/**
 * The stack's volume; undefined where there is none. It is kept in every stack without an expiry, unless
 * `allowDelete` lists it.
 */
export function volumeOf(values: Values): VolumeSettings | undefined {
  const { volume, region } = values
  if (volume === 0) return undefined
  return {
    size: volume,
    region,
    ...keptData(values, 'volume'),
  }
}

/** Directories of the volume by path in the container, sorted; undefined where there are none. */
export function directoriesOf({ appVolumes }: Values): Record<string, string> | undefined {
  const sorted = Object.entries(appVolumes).sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.length > 0 ? Object.fromEntries(sorted) : undefined
}

/** Of a volume's name: a-z, 0-9 and hyphens, a letter first (DigitalOcean's API, volumes, `name`). */
const LONGEST = 64

/** How what a volume is named after stands at the beginning of its name. */
export const asVolumeName = (name: string): string => name.toLowerCase().replace(/^(?=\d)/, 'v')

/** What a stack's volume is called: unique in the account, which is asked by this name alone. */
export function volumeName(deployment: string, owner: string, longest = LONGEST): string {
  const whole = asVolumeName(`${deployment}-${owner}`)
  if (whole.length <= longest) return whole
  const hash = createHash('sha256').update(deployment).digest('hex').slice(0, 8)
  const end = `-${hash}-${owner}`
  return `${whole.slice(0, longest - end.length)}${end}`
}
