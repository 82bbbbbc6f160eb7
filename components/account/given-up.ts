import type { Former } from '../state.ts'

/**
 * Has an update been through that had the consent to this component's loss? Earlier programs have noted the
 * engine's protection alone; of one that has noted nothing nobody has consented to anything.
 */
export function isGivenUp(component: Former | undefined): boolean {
  const { keeps, protects } = component?.outputs ?? {}
  return (keeps ?? protects) === false
}
