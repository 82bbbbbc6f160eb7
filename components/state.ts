import * as pulumi from '@pulumi/pulumi'

/** A resource as the stack's state has it before this run. */
export interface Former {
  urn: string
  /** Such as `digitalocean:index/droplet:Droplet`. */
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: outputs of all shapes
  outputs: Record<string, any>
}

/**
 * What the stack's state holds. The engine has no way of telling a program this but a call which
 * makes no resource, the one behind a StackReference.
 */
export async function formerResources(): Promise<Former[]> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`
  const { outputs } = await pulumi.runtime.invoke('pulumi:pulumi:readStackResourceOutputs', {
    stackName: stack,
  })
  const byUrn: Record<string, Omit<Former, 'urn'>> = outputs ?? {}
  return Object.entries(byUrn).map(([urn, one]) => ({ ...one, urn, outputs: one.outputs ?? {} }))
}

/** Those of one kind, such as `Droplet`. */
export const ofKind = (state: Former[], kind: string): Former[] =>
  state.filter(({ type }) => type.endsWith(`:${kind}`))
