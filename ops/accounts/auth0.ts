import { ManagementClient } from 'auth0'

/** The most that the API gives on one page. */
const PER_PAGE = 100

export interface Application {
  id: string
  name: string
  metadata: Record<string, string>
}

export interface Auth0Credentials {
  /** Host or host:port of the tenant. */
  domain: string
  clientId: string
  clientSecret: string
}

/** What a tenant is asked for. */
export interface Tenant {
  /** Requests made, the one for a token and those asked again too. */
  readonly calls: number
  applications(): Promise<Application[]>
  remove(id: string): Promise<void>
}

/** Where no stack has a tenant. */
export const NO_TENANT: Tenant = {
  calls: 0,
  applications: async () => [],
  remove: async () => {},
}

/** The tenant's applications; 429 and 5xx are asked again by the SDK. */
export class Auth0 implements Tenant {
  calls = 0
  readonly #client: ManagementClient

  constructor(credentials: Auth0Credentials) {
    this.#client = new ManagementClient({
      ...credentials,
      telemetry: false,
      maxRetries: 5,
      fetch: (url, init) => {
        this.calls++
        return fetch(url, init)
      },
    })
  }

  async applications(): Promise<Application[]> {
    const found: Application[] = []
    let page = await this.#client.clients.list({
      fields: 'client_id,name,client_metadata',
      include_fields: true,
      per_page: PER_PAGE,
    })
    for (;;) {
      for (const { client_id = '', name = '', client_metadata } of page.data) {
        found.push({
          id: client_id,
          name,
          metadata: (client_metadata ?? {}) as Record<string, string>,
        })
      }
      if (!page.hasNextPage()) return found
      page = await page.getNextPage()
    }
  }

  /** The API answers alike whether it was there or not. */
  async remove(id: string): Promise<void> {
    await this.#client.clients.delete(id)
  }
}
