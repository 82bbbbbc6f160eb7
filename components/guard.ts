import * as pulumi from '@pulumi/pulumi'
import { type Former, ofKind } from './state.ts'

/**
 * What a destroy comes to first, as it needs everything else, and is refused at: a destroy takes what
 * nothing needs before it comes to what is protected, so without it records, address and commands of
 * a protected droplet would be gone by then. A dependency is on resources of providers alone: a
 * component without any below it must be its parent. Its name stands in the engine's message, and
 * is part of its URN: another text needs the old one as an alias, or every protected stack is stuck.
 */
export class Guard extends pulumi.ComponentResource {
  constructor(
    name: string,
    opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource; protect: boolean },
  ) {
    super(
      'padlock:index:Guard',
      `${name} (to lift: pulumi config set protect false, then pulumi up)`,
      {},
      opts,
    )
    this.registerOutputs({})
  }
}

/** Is there a guard to be made, or one whose protection is to be lifted? */
export const needsGuard = (protect: boolean, state: Former[]): boolean =>
  protect || ofKind(state, 'Guard').length > 0
