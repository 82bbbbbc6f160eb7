import * as pulumi from '@pulumi/pulumi'
import { type Former, ofKind } from '../state.ts'

/** What a release was made of, and by whom; `unknown` where nobody can tell. */
export interface Made {
  /** Of git, with `-dirty` where files differ from it. */
  commit: string
  by: string
}

/** What an image is made of; null where nobody knows. Times in UTC, as in `2026-11-28T09:00:00Z`. */
export interface Origin {
  built: string | null
  /** Null for an image that does not say what it was built on. */
  base: { name: string | null; digest: string; created: string | null } | null
}

/** From what a host prints of a release; undefined for a host that does not say. */
export function originOf(printed: string): Origin | undefined {
  try {
    return JSON.parse(printed).made ?? undefined
  } catch {
    return undefined
  }
}

/** What a state remembers as live. */
export interface Remembered {
  release?: string
  /** Of the last update that wanted this release. */
  commit?: string
  /** Of the first one, which made it; absent in states before version 0.3. */
  made?: Made
  /** Of its image; absent where the host did not say. */
  origin?: Origin
  /** Which of the stack's databases it uses; absent for neither. */
  database?: 'local' | 'managed'
}

/** @returns undefined for a stack that has no release yet */
export const remembered = (state: Former[]): Remembered | undefined =>
  ofKind(state, 'Live')[0]?.outputs

/**
 * What is live, for the state and nothing else: the release, and git's commit that it was made of.
 * A component of its own without inputs, since the engine keeps the outputs of one that fails on the
 * way only where its inputs are the same: after a release that fails, the former one is still named.
 */
export class Live extends pulumi.ComponentResource {
  constructor(
    name: string,
    live: { stdout: pulumi.Output<string> },
    what: {
      release: pulumi.Output<string>
      commit: string
      made: pulumi.Output<Made>
      origin: pulumi.Output<Origin | undefined>
      database?: 'local' | 'managed'
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super('padlock:index:Live', name, {}, opts)
    // Known once it is live, so the state names it even where the update fails later.
    const once = <T>(value: pulumi.Input<T>) =>
      pulumi.all([value, live.stdout]).apply(([known]) => known)
    const { release, commit, made, origin, database } = what
    this.registerOutputs({
      release: once(release),
      commit: once(commit),
      made: once(made),
      origin: pulumi.unsecret(origin),
      ...(database && { database: once(database) }),
    })
  }
}
