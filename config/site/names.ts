/** The longest name of a host (RFC 1035 section 2.3.4), which the deployment's is. */
const LONGEST = 63

/** What names of droplets, tags, firewalls and hosts have in common. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/

/** What a name may be, in words. */
export const ALLOWED_NAMES = `letters, digits and - between them, project and stack together at most ${LONGEST - 1} characters`

export interface NameProblem {
  whose: 'project' | 'stack'
  /** A name of the kind that would do. */
  better: string
}

/** What the deployment, its tag and its host are called: `padlock-dev`. */
export const deploymentName = (project: string, stack: string): string => `${project}-${stack}`

/** Can everything be named after project and stack? Pulumi allows dots and underscores, and any length. */
export function nameProblem(project: string, stack: string): NameProblem | undefined {
  if (!NAME.test(project) || project.length > LONGEST / 2) {
    return { whose: 'project', better: label(project, 31) || 'app' }
  }
  if (NAME.test(stack) && deploymentName(project, stack).length <= LONGEST) return undefined
  return { whose: 'stack', better: label(stack, LONGEST - project.length - 1) || 'main' }
}

/** A name as a DNS label, lower case. */
export function label(name: string, longest = LONGEST): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longest)
    .replace(/-+$/, '')
}

/** The site's fully qualified name. */
export function hostnameOf(keys: { zone: string; subdomain: string }, stack: string): string {
  const recordName = keys.subdomain || label(stack)
  return recordName === '@' ? keys.zone : `${recordName}.${keys.zone}`
}
