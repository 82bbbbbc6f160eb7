import { RunError } from '@pulumi/pulumi'
import type { VolumeSettings } from '../../config/data/index.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

/**
 * Can the volume that the stack has become the one that is wanted? It grows in place; it neither
 * shrinks nor moves, and is not deleted without a consent.
 * @throws RunError before anything is made
 */
export function checkVolume(state: Former[], wanted: VolumeSettings | undefined): void {
  const volume = ofKind(state, 'Volume').find(({ type }) => type.startsWith('digitalocean:'))
  if (!volume) return
  const { name, size, region } = volume.outputs
  if (!wanted) {
    checkStays(state, `${name}`, size)
    return
  }
  if (wanted.size < size) {
    throw configurationError(
      `volume = ${wanted.size} is less than the ${size} GiB of the stack's volume ${name}, and a volume cannot shrink`,
      `a whole number from ${size}`,
      `pulumi config set volume ${size}`,
    )
  }
  if (wanted.region !== region && wanted.protect) {
    throw configurationError(
      `region = "${wanted.region}" is not where the stack's volume ${name} is, and a volume cannot move: the stack would get an empty one`,
      `${region}, where the data is`,
      `pulumi config set region ${region}, or give the data up: pulumi config set --path 'allowDelete[0]' volume`,
    )
  }
}

/** The engine deletes what a program no longer has. */
function checkStays(state: Former[], name: string, size: number): void {
  const protects = ofKind(state, 'DataVolume')[0]?.outputs.protects
  if (protects === false) return
  throw new RunError(
    `volume is not set, but this stack has the volume ${name} (${size} GiB) and would delete it, with everything on it. Fix, one of:\n` +
      `    the stack goes on with it: pulumi config set volume ${size}\n` +
      `    the data is given up: pulumi config set volume ${size} && pulumi config set --path 'allowDelete[0]' volume && pulumi up, then pulumi config rm volume && pulumi up\n` +
      'Nothing was created or changed.',
  )
}
