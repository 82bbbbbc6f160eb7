/** What the simulated GitHub holds: one repository, its people, and what was done to it. */
export interface Person {
  login: string
  id: number
  type: 'User' | 'Bot'
}

export type Permission = 'admin' | 'write' | 'read' | 'none'

/** What a token may do; an installation's (the one of a workflow's run) is no user. */
export interface Token {
  login: string
  kind: 'user' | 'installation'
  /** As `permissions:` of a workflow's job; what is absent is not granted. */
  permissions: Partial<Record<Scope, 'read' | 'write'>>
}

export type Scope = 'contents' | 'issues' | 'pull-requests' | 'actions'

export interface Label {
  id: number
  name: string
  color: string
  description: string | null
}

export interface Issue {
  id: number
  number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  state_reason: 'completed' | 'not_planned' | 'reopened' | null
  user: Person
  labels: string[]
  created_at: string
  updated_at: string
  closed_at: string | null
  /** Set if it is a pull request. */
  pull?: Pull
}

export interface Pull {
  /** `owner/name` of the repository that the branch lies in. */
  from: string
  branch: string
  sha: string
  base: string
  /** Paths; one that was renamed as `old -> new`. */
  files: string[]
  merged: boolean
}

export interface Comment {
  id: number
  issue: number
  body: string
  user: Person
  created_at: string
  updated_at: string
}

export interface Dispatch {
  workflow: string
  ref: string
  inputs: Record<string, string>
}

export interface State {
  owner: string
  name: string
  private: boolean
  defaultBranch: string
  branches: string[]
  workflows: string[]
  people: Map<string, Person>
  collaborators: Map<string, Permission>
  tokens: Map<string, Token>
  labels: Label[]
  issues: Issue[]
  comments: Comment[]
  reactions: { comment: number; content: string; by: string }[]
  dispatches: Dispatch[]
  nextId: number
}

export function emptyState(owner: string, name: string): State {
  return {
    owner,
    name,
    private: true,
    defaultBranch: 'main',
    branches: ['main'],
    workflows: [],
    people: new Map(),
    collaborators: new Map(),
    tokens: new Map(),
    labels: [],
    issues: [],
    comments: [],
    reactions: [],
    dispatches: [],
    nextId: 1000,
  }
}

/** The person of that login, made at the first use. */
export function person(state: State, login: string): Person {
  const known = state.people.get(login)
  if (known) return known
  const type = login.endsWith('[bot]') ? ('Bot' as const) : ('User' as const)
  const made = { login, id: state.nextId++, type }
  state.people.set(login, made)
  return made
}

export function addIssue(
  state: State,
  values: Pick<Issue, 'title' | 'body' | 'user'> & { labels?: string[]; pull?: Pull },
): Issue {
  const now = new Date().toISOString()
  const issue: Issue = {
    id: state.nextId++,
    number: state.issues.length + 1,
    state: 'open',
    state_reason: null,
    created_at: now,
    updated_at: now,
    closed_at: null,
    labels: [],
    ...values,
  }
  state.issues.push(issue)
  return issue
}

export function addComment(state: State, issue: number, user: Person, body: string): Comment {
  const now = new Date().toISOString()
  const comment = { id: state.nextId++, issue, body, user, created_at: now, updated_at: now }
  state.comments.push(comment)
  return comment
}
