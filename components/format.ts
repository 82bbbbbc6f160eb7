import * as pulumi from '@pulumi/pulumi'
import type { Former } from './state.ts'

/** Raised where an older program could not work on the state that a newer one leaves. */
export const FORMAT = 1

const TYPE = 'padlock:index:Deployment'

/**
 * Whether this stack's state is one that this program can work on.
 * @param name of the deployment
 * @throws RunError where a newer program has made the state; states of version 0.1 have no format
 */
export function checkFormat(state: Former[], name: string): void {
  const deployment = state.find(({ urn }) => urn.endsWith(`${TYPE}::${name}`))
  const format = deployment?.outputs.format ?? 0
  if (format <= FORMAT) return
  throw new pulumi.RunError(
    `the state of the stack ${pulumi.getStack()} was made by a newer padlock (format ${format}, this is ${FORMAT}). ` +
      'Fix: update the program to the version that made it. Nothing was created or changed.',
  )
}
