import * as pulumi from '@pulumi/pulumi'
import { type Former, ofKind } from './state.ts'

/** Raised where an older program could not work on the state that a newer one leaves. */
export const FORMAT = 1

/**
 * Whether this stack's state is one that this program can work on.
 * @param name of the deployment
 * @throws RunError where a newer program has made the state, or one under another name; states of
 *   version 0.1 have neither
 */
export function checkFormat(state: Former[], name: string): void {
  const deployments = ofKind(state, 'Deployment')
  for (const { outputs } of deployments) checkVersion(outputs.format ?? 0)
  const former = deployments.map(({ urn }) => urn.slice(urn.lastIndexOf('::') + 2))
  if (former[0] !== undefined && !former.includes(name)) throw renamed(former[0], name)
}

function checkVersion(format: number): void {
  if (format <= FORMAT) return
  throw new pulumi.RunError(
    `the state of the stack ${pulumi.getStack()} was made by a newer padlock (format ${format}, this is ${FORMAT}). ` +
      'Fix: update the program to the version that made it. Nothing was created or changed.',
  )
}

/** Everything would be made anew under the new name, and what there is deleted, or refused to be. */
function renamed(former: string, name: string): pulumi.RunError {
  return new pulumi.RunError(
    `what this stack has was made as ${former}, and it is called ${name} now: all of it would be made anew, and address, data and the passphrase of its backups would go with the former name. ` +
      `Fix: ${wayBack(former)}; another name is another stack's. Do not follow \`pulumi state unprotect\`. Nothing was created or changed.`,
  )
}

/** A deployment is called after project and stack (config/site/names.ts). */
function wayBack(former: string): string {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()]
  if (former.startsWith(`${project}-`)) {
    return `pulumi stack rename ${former.slice(project.length + 1)} --stack ${stack}`
  }
  const whole = `the former \`name\` in Pulumi.yaml, and the former name of the stack (pulumi stack rename)`
  if (!former.endsWith(`-${stack}`)) return `${whole}, which make ${former} together`
  return `name: ${former.slice(0, -stack.length - 1)} in Pulumi.yaml (where the backend has the project in the stack's name, pulumi stack rename too)`
}
