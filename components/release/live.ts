import * as pulumi from '@pulumi/pulumi'

/**
 * What is live, for the state and nothing else: the release, and git's commit that it was made of.
 * A component of its own without inputs, since the engine keeps the outputs of one that fails on the
 * way only where its inputs are the same: after a release that fails, the former one is still named.
 */
export class Live extends pulumi.ComponentResource {
  constructor(
    name: string,
    live: { stdout: pulumi.Output<string> },
    what: { release: pulumi.Output<string>; commit?: string },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super('padlock:index:Live', name, {}, opts)
    // Known once it is live, so the state names it even where the update fails later.
    const once = <T>(value: pulumi.Input<T>) =>
      pulumi.all([value, live.stdout]).apply(([known]) => known)
    this.registerOutputs({ release: once(what.release), commit: once(what.commit ?? 'unknown') })
  }
}
