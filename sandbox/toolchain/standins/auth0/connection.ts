import type { ConnectionArgs, ConnectionState } from '@pulumi/auth0/connection.js'
import { multierror, NotFound, type Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import type { FunctionHandler } from '../server/types.ts'
import { isObject, revealAll, type Values } from '../server/values.ts'
import { type Auth0, unlessGone } from './api.ts'
import {
  optionFields,
  optionsFromApi,
  optionsOfFunction,
  optionsToApi,
} from './connection-options.ts'
import { each, oneOf } from './fields.ts'

const STRATEGIES =
  'ad adfs amazon apple dropbox bitbucket aol auth0-adldap auth0-oidc auth0 baidu bitly box custom daccount dwolla ' +
  'email evernote-sandbox evernote exact facebook fitbit flickr github google-apps google-oauth2 guardian instagram ' +
  'ip linkedin miicard oauth1 oauth2 office365 oidc okta paypal paypal-sandbox pingfederate planningcenter renren ' +
  'salesforce-community salesforce-sandbox salesforce samlp sharepoint shopify sms soundcloud thecity-sandbox ' +
  'thecity thirtysevensignals twitter untappd vkontakte waad weibo windowslive wordpress yahoo yammer yandex line'

const unknownHere: Property = { type: 'object', computed: true, unsupported: true }

export const connection: Resource<Auth0, ConnectionArgs, ConnectionState> = {
  token: 'auth0:index/connection:Connection',
  autonamed: 'name',
  schemaVersion: 3,
  inputs: {
    name: { type: 'string', replaces: true },
    strategy: {
      type: 'string',
      required: true,
      replaces: true,
      check: oneOf(STRATEGIES.split(' ')),
    },
    displayName: { type: 'string', computed: true },
    isDomainConnection: { type: 'boolean', computed: true },
    metadata: { type: 'map' },
    realms: { type: 'list', computed: true },
    showAsButton: { type: 'boolean' },
    options: { type: 'object', computed: true, fields: optionFields },
    ...each(['authentication', 'connectedAccounts'], unknownHere),
  },
  outputs: {},

  async create(api, _wanted, _work, given) {
    const body = { name: given.name!, strategy: given.strategy!, ...bodyOf(given, given) }
    return String((await api.call('POST', '/connections', body)).id)
  },

  async read(api, id) {
    return outputsOf(await api.get(`/connections/${id}`))
  },

  async update(api, id, { old, given, changes }) {
    const strategy = String(given.strategy ?? old.strategy)
    // The options of a database are not merged by the API: the real plugin looks at them first.
    if (strategy === 'auth0') await api.get(`/connections/${id}`)
    const names = ['displayName', 'isDomainConnection', 'metadata', 'realms', 'showAsButton']
    const changed = Object.fromEntries(
      [...names.filter((name) => changes(name)), 'options'].map((name) => [
        name,
        given[name] ?? null,
      ]),
    )
    await api.patch(`/connections/${id}`, bodyOf(changed, { strategy }))
  },

  async delete(api, id) {
    await unlessGone(api.call('DELETE', `/connections/${id}`))
  },
}

function bodyOf(given: Values, { strategy }: Values): Values {
  const { displayName, isDomainConnection, metadata, realms, showAsButton, options } = given
  return {
    ...(displayName && { display_name: displayName }),
    ...(isDomainConnection != null && { is_domain_connection: isDomainConnection }),
    ...(realms && { realms }),
    ...(metadata && { metadata }),
    ...(showAsButton != null && { show_as_button: showAsButton }),
    ...(isObject(options) && { options: optionsToApi(String(strategy), options) }),
  }
}

function outputsOf(found: Values): Values {
  return {
    name: found.name!,
    strategy: found.strategy!,
    displayName: found.display_name ?? '',
    isDomainConnection: found.is_domain_connection ?? false,
    metadata: found.metadata ?? {},
    realms: found.realms ?? [],
    options: optionsFromApi(String(found.strategy), found.options ?? null),
    authentication: null,
    connectedAccounts: null,
    ...(found.show_as_button !== undefined && { showAsButton: found.show_as_button }),
  }
}

export const getConnection: FunctionHandler<Auth0> = async ({ token, args }, { client }) => {
  const { connectionId, name } = revealAll(args)
  if (!connectionId && !name) {
    const missing = ['connection_id', 'name'].map((one) => ({
      reason: `[${one}] Missing required argument: "${one}": one of \`connection_id,name\` must be specified`,
    }))
    return { failures: missing }
  }
  try {
    const found = connectionId
      ? await client.get(`/connections/${connectionId}`)
      : await connectionNamed(client, String(name))
    const { authentication: _, connectedAccounts: __, showAsButton, ...outputs } = outputsOf(found)
    return {
      return: {
        ...outputs,
        id: found.id!,
        enabledClients: await enabledClients(client, String(found.id)),
        options: [optionsOfFunction(outputs.options as Values)],
        authentications: [],
        connectedAccounts: [],
        skipEnabledClients: false,
        ...(connectionId && { connectionId }),
        ...(showAsButton !== undefined && { showAsButton }),
      },
    }
  } catch (error) {
    throw new Error(`invoking ${token}: ${multierror(error)}`)
  }
}

async function connectionNamed(api: Auth0, name: string): Promise<Values> {
  for (let from = ''; ; ) {
    const query = `include_totals=true&per_page=50&take=100${from && `&from=${from}`}`
    const page = await api.get(`/connections?${query}`)
    const list = Array.isArray(page) ? page : page.connections
    const found = (Array.isArray(list) ? list : [])
      .filter(isObject)
      .find((one) => one.name === name)
    if (found) return found
    if (!page.next) throw new NotFound(`No connection found with "name" = "${name}"`)
    from = encodeURIComponent(String(page.next))
  }
}

async function enabledClients(api: Auth0, id: string): Promise<string[]> {
  const clients: string[] = []
  for (let from = ''; ; ) {
    const page = await api.get(`/connections/${id}/clients${from}`)
    const list = Array.isArray(page.clients) ? page.clients.filter(isObject) : []
    clients.push(...list.map((one) => String(one.client_id)))
    if (!page.next) return clients
    from = `?from=${encodeURIComponent(String(page.next))}`
  }
}
