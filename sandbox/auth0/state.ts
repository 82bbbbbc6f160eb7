/** What the tenant knows, and the one JSON file it lies in. */
import type { JWK } from 'jose'
import { readIfThere, writeAtomically } from '../files.ts'

/** An application. Properties are the Management API's own; only those used here are typed. */
export interface Client {
  client_id: string
  client_secret: string
  name: string
  app_type?: string
  callbacks?: string[]
  allowed_logout_urls?: string[]
  grant_types?: string[]
  token_endpoint_auth_method?: string
  jwt_configuration?: { alg?: string; lifetime_in_seconds?: number; secret_encoded?: boolean }
  initiate_login_uri?: string
  is_first_party?: boolean
  client_metadata?: Record<string, string>
  [property: string]: unknown
}

export interface Connection {
  id: string
  name: string
  strategy: string
  options: Record<string, unknown>
  /** Ids of the applications that may log users in through it. */
  enabled_clients: string[]
  [property: string]: unknown
}

export interface User {
  user_id: string
  email?: string
  email_verified: boolean
  name: string
  nickname: string
  picture: string
  blocked?: boolean
  identities: { connection: string; user_id: string; provider: string; isSocial: boolean }[]
  created_at: string
  updated_at: string
  /** As ./passwords.ts writes it; never in an answer. */
  passwordHash?: string
  roles?: string[]
  [property: string]: unknown
}

export interface ResourceServer {
  id: string
  identifier: string
  name?: string
  is_system?: boolean
  scopes?: { value: string; description?: string }[]
  token_lifetime: number
  [property: string]: unknown
}

export interface ClientGrant {
  id: string
  client_id: string
  audience: string
  scope: string[]
  [property: string]: unknown
}

/** What a link that the tenant gave out is good for; it works once. */
export interface Ticket {
  id: string
  kind: 'email-verification' | 'password-change'
  userId: string
  /** Milliseconds since 1970. */
  expiresAt: number
  /** Does a new password prove the address as well? */
  marksVerified?: boolean
  /** The application whose login the person is sent to afterwards. */
  clientId?: string
}

/** A mail that the tenant would have sent. */
export interface Mail {
  to: string
  subject: string
  link: string
}

export interface Role {
  id: string
  name: string
  description?: string
}

export interface TenantState {
  version: 1
  signingKey: JWK
  cookieKeys: string[]
  settings: Record<string, unknown>
  clients: Client[]
  connections: Connection[]
  users: User[]
  resourceServers: ResourceServer[]
  clientGrants: ClientGrant[]
  roles: Role[]
  tickets: Ticket[]
  /** Every mail so far, the newest last. */
  mail: Mail[]
  /** Was it closed to strangers, as an operator is told to? Asked once. */
  closed?: boolean
  /** What a new tenant comes with, by id: the inventory lists only what was added to it. */
  builtIn: string[]
  /** Sessions, codes, tokens and the like of the OpenID provider, by `Model:id`. */
  artifacts: Record<string, { payload: Record<string, unknown>; expiresAt?: number }>
}

export interface Store {
  state: TenantState
  /** Resolves once the file holds at least what the state was at the call. */
  save(): Promise<void>
}

/**
 * Opens the file, or makes it from `seed` if there is none.
 * @throws if the file is not a tenant's state; it is left as it is
 */
export async function openStore(path: string, seed: () => Promise<TenantState>): Promise<Store> {
  const text = await readIfThere(path)
  const state = text === undefined ? await seed() : parse(path, text)
  const store = { state, save: saver(path, state) }
  if (text === undefined) await store.save()
  return store
}

function parse(path: string, text: string): TenantState {
  try {
    const state = JSON.parse(text) as TenantState
    // Earlier states have neither.
    if (state.version === 1)
      return { ...state, tickets: state.tickets ?? [], mail: state.mail ?? [] }
  } catch {
    // Said below.
  }
  throw new Error(
    `${path} is not the state of an Auth0 tenant of this version. ` +
      'Move it away to begin with a new tenant; its applications and users are gone then.',
  )
}

/** Writes one after the other; calls that come during a write share the next one. */
function saver(path: string, state: TenantState): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const write = () => writeAtomically(path, `${JSON.stringify(state, undefined, 1)}\n`)
  const start = () => {
    next = undefined
    running = write().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    if (!running) return start()
    next ??= running.then(start, start)
    return next
  }
}
