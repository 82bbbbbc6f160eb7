import type { TenantState } from '../state.ts'
import type { Query } from './lists.ts'

/** What the Management API's handlers work on. */
export interface Tenant {
  state: TenantState
  domain: string
  customDomain: string
  /** The plan's number of applications. */
  maxApplications: number
}

export interface Call {
  tenant: Tenant
  params: Record<string, string>
  query: Query
  body: unknown
  /** Scopes of the caller's token. */
  scopes: Set<string>
}

export interface Answer {
  status: number
  body?: unknown
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/api/v2`. */
  path: string
  /** Any one of them is enough. */
  scopes: string[]
  handle(call: Call): Answer | Promise<Answer>
}
