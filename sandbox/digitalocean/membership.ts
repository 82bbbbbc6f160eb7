/** What belongs to what: resources to projects, droplets to firewalls and addresses. */
import { type ProjectRow, type State, timestamp } from './state.ts'
import { volumesOf } from './volumes/rows.ts'

export const dropletUrn = (id: number): string => `do:droplet:${id}`
export const volumeUrn = (id: string): string => `do:volume:${id}`
export const domainUrn = (name: string): string => `do:domain:${name}`
/** Projects answer the older spelling, whichever they were given (terraform-provider-digitalocean#1264). */
export const reservedIpUrn = (ip: string): string => `do:floatingip:${ip}`

/** A resource's name as projects answer it. */
export const spelled = (urn: string): string => urn.replace(/^do:reservedip:/, 'do:floatingip:')

export const defaultProject = (state: State): ProjectRow =>
  state.projects.find((project) => project.isDefault) as ProjectRow

export const projectOf = (state: State, urn: string): ProjectRow | undefined =>
  state.projects.find((project) =>
    project.resources.some((resource) => spelled(resource.urn) === spelled(urn)),
  )

/** Puts a resource into a project and takes it out of the one it was in. */
export function assign(state: State, project: ProjectRow, urn: string): void {
  if (projectOf(state, urn) !== project) {
    unassign(state, urn)
    project.resources.push({ urn: spelled(urn), assignedAt: timestamp() })
  }
  for (const { ip } of addressesOf(state, urn)) assign(state, project, reservedIpUrn(ip))
}

/** The reserved addresses that a droplet has; they are in its project. */
const addressesOf = (state: State, urn: string) =>
  state.reservedIps.filter(({ dropletId }) => dropletId !== null && dropletUrn(dropletId) === urn)

/**
 * The URN of a reserved address that cannot be moved into the project: it belongs to a droplet that
 * neither is there nor moves along.
 * @param urns what is to be moved
 */
export function unmovable(state: State, project: ProjectRow, urns: string[]): string | undefined {
  return urns.find((urn) => {
    const { dropletId = null } =
      state.reservedIps.find(({ ip }) => reservedIpUrn(ip) === spelled(urn)) ?? {}
    if (dropletId === null || projectOf(state, urn) === project) return false
    const droplet = dropletUrn(dropletId)
    return !urns.includes(droplet) && projectOf(state, droplet) !== project
  })
}

export function unassign(state: State, urn: string): void {
  for (const project of state.projects) {
    project.resources = project.resources.filter(
      (resource) => spelled(resource.urn) !== spelled(urn),
    )
  }
}

/** Does the account hold what the URN names? */
export function exists(state: State, urn: string): boolean {
  const [, kind, ...rest] = spelled(urn).split(':')
  const id = rest.join(':')
  if (kind === 'droplet') {
    return state.droplets.some((droplet) => String(droplet.id) === id && !droplet.deleting)
  }
  if (kind === 'dbaas') return state.databases?.some((one) => one.id === id) ?? false
  if (kind === 'domain') return state.domains.some((domain) => domain.name === id)
  if (kind === 'floatingip') return state.reservedIps.some((reserved) => reserved.ip === id)
  return kind === 'volume' && volumesOf(state).some((volume) => volume.id === id)
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
