import * as pulumi from '@pulumi/pulumi'

/** Raised where an older program could not work on the state that a newer one leaves. */
export const FORMAT = 1

const TYPE = 'padlock:index:Deployment'

/**
 * Whether this stack's state is one that this program can work on. The engine has no way of telling
 * a program what its own state holds but this call, which makes no resource.
 * @param name of the deployment
 * @throws RunError where a newer program has made the state; states of version 0.1 have no format
 */
export async function checkFormat(name: string): Promise<void> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`
  const { outputs } = await pulumi.runtime.invoke('pulumi:pulumi:readStackResourceOutputs', {
    stackName: stack,
  })
  const format = formatIn(outputs ?? {}, name)
  if (format <= FORMAT) return
  throw new pulumi.RunError(
    `the state of the stack ${pulumi.getStack()} was made by a newer padlock (format ${format}, this is ${FORMAT}). ` +
      'Fix: update the program to the version that made it. Nothing was created or changed.',
  )
}

/** @param resources of the state, by URN */
function formatIn(resources: Record<string, { outputs?: { format?: number } }>, name: string) {
  const deployment = Object.entries(resources).find(([urn]) => urn.endsWith(`${TYPE}::${name}`))
  return deployment?.[1].outputs?.format ?? 0
}
