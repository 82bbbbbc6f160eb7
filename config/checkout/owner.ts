import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { isAbsolute, relative, resolve } from 'node:path'

/** Whose a stack is: of one repository on one backend. */
export interface Owner {
  /** Eight hex digits, or what the key `owner` says. Stands in tags, names and metadata. */
  id: string
  /** The same for people: `github.com/acme/shop, api.pulumi.com/acme`. */
  of: string
}

/** What an owner is told by. */
export interface Checkout {
  /** Pulumi project. */
  project: string
  /** The project's folder. */
  folder: string
  /** URL that one is logged in to; empty for Pulumi Cloud. */
  backend: string
  /** Pulumi organisation; `organization` on a backend that has none. */
  organization: string
  /** URL of the git remote `origin`. */
  remote?: string
}

const PULUMI_CLOUD = 'api.pulumi.com'

/**
 * The owner id of a checkout: the same on a laptop and in CI, another one for a fork and for another
 * backend. A backend inside the folder belongs to the checkout, whatever its remote is.
 * @returns undefined for a shared backend and a checkout without a remote
 */
export function ownerOf(checkout: Checkout): Owner | undefined {
  const { project, folder, backend, organization, remote } = checkout
  const path = pathOf(backend, folder)
  const inside = path === undefined ? '..' : relative(resolve(folder), path)
  if (!inside.startsWith('..') && !isAbsolute(inside)) {
    return { id: digest([inside, project]), of: `${inside} of this folder` }
  }
  const repository = remote && repositoryOf(remote)
  if (path === undefined && !repository) return undefined
  const place = path ?? placeOf(backend, organization)
  return {
    id: digest([place, repository ?? '', project]),
    of: [repository, place].filter(Boolean).join(', '),
  }
}

/**
 * A git remote without what may differ between two clones of one repository: scheme, user, port,
 * `.git`, options and capitals. `git@github.com:Acme/shop.git` is `github.com/acme/shop`.
 */
export function repositoryOf(remote: string): string {
  const [, scpHost, scpPath] = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(remote) ?? []
  const text = scpHost
    ? `${scpHost}/${scpPath}`
    : // A password may hold an @ of its own, and all of it is shown and kept in the state.
      remote
        .replace(/^[a-z+]+:\/\//i, '')
        .replace(/[?#].*$/, '')
        .replace(/^[^/]*@/, '')
  return text
    .toLowerCase()
    .replace(/^([^/:]+):\d+(?=\/)/, '$1')
    .replace(/^ssh\.github\.com\//, 'github.com/')
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
}

/** The folder of a backend of files. */
function pathOf(backend: string, folder: string): string | undefined {
  const [, path] = /^file:\/\/([^?]*)/.exec(backend) ?? []
  if (path === undefined) return undefined
  return resolve(folder, decodeURI(path).replace(/^~(?=\/|$)/, homedir()))
}

/** A backend's URL without user, password and options. */
function placeOf(backend: string, organization: string): string {
  const { protocol, host, pathname } = new URL(backend || `https://${PULUMI_CLOUD}`)
  if (/^https?:$/.test(protocol)) {
    return `${host === 'app.pulumi.com' ? PULUMI_CLOUD : host}/${organization}`
  }
  return `${protocol}//${host}${pathname}`.replace(/\/$/, '')
}

const digest = (parts: string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)

/** `padlock-pr-12:owner:1a2b3c4d`: under the stack's own name, as each stack deletes its own tags. */
export const ownerTag = (name: string, owner: string): string => `${name}:owner:${owner}`

/** The owner id in a tag; undefined for any other tag. */
export function ownerOfTag(tag: string): string | undefined {
  return /:owner:([a-z0-9]+)$/.exec(tag)?.[1]
}

/** What a Project's description ends in, as its name cannot hold the owner id. */
export const ownerNote = (stack: string, owner: string): string =>
  `(stack ${stack}, owner ${owner})`

/** The owner id in a Project's description. */
export function ownerOfNote(description: string): string | undefined {
  return /\(stack \S+, owner ([a-z0-9]+)\)$/.exec(description)?.[1]
}

/** The name of the ssh key that a stack's droplets are made with. */
export const keyName = (name: string, owner: string): string => `${name}-admin-${owner}`
