/**
 * The stack that made a resource, told by the names that the program gives (`project-stack`, with
 * seven hex digits of Pulumi's behind those that may exist twice).
 */
const SHAPES = {
  droplet: /^(.+)-[0-9a-f]{7}$/,
  firewall: /^(.+)-[0-9a-f]{7}$/,
  volume: /^(.+)-[0-9a-z]{4,20}$/,
  // Called as the volume is.
  database: /^(.+)-[0-9a-z]{4,20}$/,
  // Seven hex digits, or an owner id.
  'ssh key': /^(.+)-admin-[0-9a-z]{4,20}$/,
  tag: /^(.+?)(?::expires:[0-9TZ]+|:owner:[0-9a-z]+)?$/,
  project: /^(.+)$/,
}

/** @returns undefined for what no stack of this project made */
export function stackOf(
  kind: keyof typeof SHAPES,
  name: string,
  project: string,
): string | undefined {
  if (!name.startsWith(`${project}-`)) return undefined
  return SHAPES[kind].exec(name.slice(project.length + 1))?.[1]
}

/** Of keys to buckets, which bear no owner id (components/backups). */
const SPACES_KEY = /^(.+)-(?:buckets|backups|seed)(?:-(?:buckets|copy|reader|writer))*$/

/**
 * Every stack that a key to buckets of this name may be of, the longest name first:
 * `padlock-try-seed-buckets` is one of the stack `try-seed`, and one of `try` with snapshots.
 */
export function stacksOfSpacesKey(name: string, project: string): string[] {
  const [, stack] = SPACES_KEY.exec(name.slice(project.length + 1)) ?? []
  if (stack === undefined || !name.startsWith(`${project}-`)) return []
  return [stack, ...stacksOfSpacesKey(`${project}-${stack}`, project)]
}

/**
 * Checks the name of an environment: it becomes the stack's name, a DNS label and a part of every
 * resource's name.
 * @throws Error that says what is allowed
 */
export function checkName(name: string): string {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 40) return name
  throw new Error(
    `"${name}" is no name for an environment. Allowed: lower-case letters, digits and single hyphens, a letter first, 40 characters at most, such as pr-12.`,
  )
}
