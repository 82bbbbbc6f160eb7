/** What belongs to what: resources to projects, droplets to firewalls and addresses. */
import { type ProjectRow, type State, timestamp } from './state.ts'

export const dropletUrn = (id: number): string => `do:droplet:${id}`
export const domainUrn = (name: string): string => `do:domain:${name}`
export const reservedIpUrn = (ip: string): string => `do:reservedip:${ip}`

/** The older name of a reserved address means the same thing. */
const canonical = (urn: string): string => urn.replace(/^do:floatingip:/, 'do:reservedip:')

export const defaultProject = (state: State): ProjectRow =>
  state.projects.find((project) => project.isDefault) as ProjectRow

export const projectOf = (state: State, urn: string): ProjectRow | undefined =>
  state.projects.find((project) =>
    project.resources.some((resource) => canonical(resource.urn) === canonical(urn)),
  )

/** Puts a resource into a project and takes it out of the one it was in. */
export function assign(state: State, project: ProjectRow, urn: string): void {
  if (projectOf(state, urn) === project) return
  unassign(state, urn)
  project.resources.push({ urn, assignedAt: timestamp() })
}

export function unassign(state: State, urn: string): void {
  for (const project of state.projects) {
    project.resources = project.resources.filter(
      (resource) => canonical(resource.urn) !== canonical(urn),
    )
  }
}

/** Does the account hold what the URN names? */
export function exists(state: State, urn: string): boolean {
  const [, kind, ...rest] = canonical(urn).split(':')
  const id = rest.join(':')
  if (kind === 'droplet') {
    return state.droplets.some((droplet) => String(droplet.id) === id && !droplet.deleting)
  }
  if (kind === 'domain') return state.domains.some((domain) => domain.name === id)
  if (kind === 'reservedip') return state.reservedIps.some((reserved) => reserved.ip === id)
  return false
}

/** Takes a droplet out of its projects, firewalls and reserved address. */
export function release(state: State, droplet: { id: number }): void {
  unassign(state, dropletUrn(droplet.id))
  for (const reserved of state.reservedIps) {
    if (reserved.dropletId === droplet.id) reserved.dropletId = null
  }
  for (const firewall of state.firewalls) {
    firewall.dropletIds = firewall.dropletIds.filter((id) => id !== droplet.id)
  }
}

/** The tag as the account spells it; tags do not differ in upper and lower case. */
export const knownTag = (state: State, name: string): string | undefined =>
  state.tags.find((tag) => tag.toLowerCase() === name.toLowerCase())

/** The tag as the account spells it, made if it is new. */
export function ensureTag(state: State, name: string): string {
  const known = knownTag(state, name)
  if (known === undefined) state.tags.push(name)
  return known ?? name
}
