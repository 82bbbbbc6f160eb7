import { componentOf, type Resource } from './resources.ts'

/**
 * Measured in the sandbox, whose machines are emulated (docs/benchmarks.md, Hand-over): the app ends, the
 * volume is detached and attached (the provider waits 10 s for each), a release that is built already
 * starts, and the address moves.
 */
export const HAND_OVER_SECONDS = 145
/** An estimate: the app ends, both of the provider's waits, and the app starts. */
const REATTACH_SECONDS = 60

/** Has the stack a volume before and after, which a new droplet gets from the old one? */
export function handsOver(resources: Resource[]): boolean {
  const component = componentOf(resources, 'DataVolume')
  return component?.old !== undefined && component.new !== undefined
}

/** A volume that leaves a droplet which stays. */
export function detached(one: Resource): { text: string; seconds?: number } {
  return one.operation === 'replace'
    ? {
        text: 'Detaches the volume and attaches it again: the app stops meanwhile',
        seconds: REATTACH_SECONDS,
      }
    : { text: 'Detaches the volume: an app that needs it stops' }
}
