import { type Management, ManagementClient, ManagementError } from 'auth0'
import type { TenantSettings } from './stack.ts'

type Connection = Management.ConnectionForList

/** The Management API for what people do with a tenant, each call with what its scope is for. */
export class Tenant {
  readonly #client: ManagementClient

  constructor({ domain, clientId, clientSecret }: TenantSettings) {
    this.#client = new ManagementClient({ domain, clientId, clientSecret, telemetry: false })
  }

  /**
   * The connections of these names, options included where the token may read them.
   * @throws Error if one is not there
   */
  async connections(names: string[]): Promise<Connection[]> {
    const found: Connection[] = []
    await scoped('read:connections', async () => {
      for await (const one of await this.#client.connections.list({ take: 100 })) found.push(one)
    })
    return names.map((name) => {
      const one = found.find((connection) => connection.name === name)
      if (one) return one
      throw new Error(
        `"${name}" is not a connection of the Auth0 tenant. Fix: pulumi config set --path 'connections[0]' NAME`,
      )
    })
  }

  /** The connections that an application has, by name. */
  async connectionsOf(application: string): Promise<Connection[]> {
    const found: Connection[] = []
    await scoped('read:connections', async () => {
      for await (const one of await this.#client.clients.connections.get(application)) {
        found.push(one)
      }
    })
    return found
  }

  async unlink(connection: string, application: string): Promise<void> {
    await scoped('update:connections', () =>
      this.#client.connections.clients.update(connection, [
        { client_id: application, status: false },
      ]),
    )
  }

  /** An update replaces the options, so all that was read goes back with the one that changes. */
  async disableSignUp({ id, options }: Connection): Promise<void> {
    await scoped('update:connections and update:connections_options', () =>
      this.#client.connections.update(id ?? '', {
        options: { ...options, disable_signup: true },
      } as Management.UpdateConnectionRequestContent),
    )
  }

  /** Does a new application get every connection? */
  async givesEveryConnection(): Promise<boolean> {
    const { flags } = await scoped('read:tenant_settings', () =>
      this.#client.tenants.settings.get({ fields: 'flags', include_fields: true }),
    )
    return flags?.enable_client_connections ?? false
  }

  async giveConnectionsOneByOne(): Promise<void> {
    await scoped('update:tenant_settings', () =>
      this.#client.tenants.settings.update({ flags: { enable_client_connections: false } }),
    )
  }

  /** The account of an address in a database. */
  async account(address: string, connection: string): Promise<Account | undefined> {
    const found = await scoped('read:users', () =>
      this.#client.users.listUsersByEmail({ email: address.toLowerCase() }),
    )
    const one = found.find(({ identities }) =>
      identities?.some((identity) => identity.connection === connection),
    )
    return one && { id: one.user_id ?? '', verified: one.email_verified === true }
  }

  async makeAccount(address: string, connection: string, password: string): Promise<Account> {
    const { user_id: id = '' } = await scoped('create:users', () =>
      this.#client.users.create({
        connection,
        email: address,
        password,
        email_verified: false,
        verify_email: false,
      }),
    )
    return { id, verified: false }
  }

  async removeAccount(id: string): Promise<void> {
    await scoped('delete:users', () => this.#client.users.delete(id))
  }

  /** A link with which whoever has it sets the account's password, once. */
  async passwordLink(id: string, seconds: number, application?: string): Promise<string> {
    const { ticket } = await scoped('create:user_tickets', () =>
      this.#client.tickets.changePassword({
        user_id: id,
        ttl_sec: seconds,
        mark_email_as_verified: true,
        ...(application && { client_id: application }),
      }),
    )
    if (ticket) return ticket
    throw new Error('Auth0 answered without a link')
  }
}

export interface Account {
  id: string
  verified: boolean
}

/** Runs calls that need these scopes, and says so where one is refused. */
async function scoped<T>(scopes: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ManagementError && error.statusCode === 403) {
      throw new Error(
        `Auth0 refused: the management application needs ${scopes}. Fix: Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine`,
      )
    }
    throw error
  }
}
