import type { BadConfiguration } from './bad-configuration.ts'

/** Who may come in. */
export const login: BadConfiguration[] = [
  {
    title: 'custom domain as URL',
    raw: { auth0CustomDomain: 'https://login.example.com/' },
    messages: [
      'auth0CustomDomain = "https://login.example.com/" is a URL, not a host. Allowed: a host, or host:port.\n    Fix: pulumi config set auth0CustomDomain login.example.com',
    ],
  },
  {
    title: 'custom domain with a bad port',
    raw: { auth0CustomDomain: 'login.example.com:0' },
    messages: [
      'auth0CustomDomain = "login.example.com:0" has a bad port. Allowed: a host, or host:port.\n    Fix: pulumi config set auth0CustomDomain login.example.com',
    ],
  },
  {
    title: 'tenant missing',
    raw: {},
    context: { auth0Domain: undefined },
    messages: [
      "auth0:domain is not set. Allowed: the tenant's domain, such as acme.eu.auth0.com.\n    Fix: pulumi config set auth0:domain acme.eu.auth0.com",
    ],
  },
  {
    title: 'tenant as URL',
    raw: {},
    context: { auth0Domain: 'https://acme.eu.auth0.com' },
    messages: [
      'auth0:domain = "https://acme.eu.auth0.com" is a URL, not a host. Allowed: the tenant\'s domain, such as acme.eu.auth0.com.\n    Fix: pulumi config set auth0:domain acme.eu.auth0.com',
    ],
  },
  {
    title: 'signUp that is neither',
    raw: { signUp: 'invite' },
    messages: [
      'signUp = "invite" is neither closed nor open. Allowed: closed or open.\n    Fix: pulumi config set signUp closed',
    ],
  },
  {
    title: 'a verified connection that nobody can use',
    raw: { connections: ['corporate'], verifiedConnections: ['corporate', 'partners'] },
    messages: [
      'verifiedConnections names "partners", which is not in connections. Allowed: names that are in connections.\n    Fix: pulumi config rm verifiedConnections',
    ],
  },
  {
    title: 'connections empty',
    raw: { connections: [] },
    messages: [
      "connections = [] leaves no way to log in. Allowed: at least one name of a connection of the tenant.\n    Fix: pulumi config set --path 'connections[0]' Username-Password-Authentication",
    ],
  },
  {
    title: 'connection with a space',
    raw: { connections: ['My DB'] },
    messages: [
      "connections[0] = \"My DB\" is not the name of a connection. Allowed: names of connections of the tenant.\n    Fix: pulumi config set --path 'connections[0]' 'Username-Password-Authentication'",
    ],
  },
  {
    title: 'nobody allowed',
    raw: { allowedEmails: [] },
    messages: [
      "allowedEmails = [] and allowedDomains are both empty, so nobody could use the app. Allowed: at least one address or one domain.\n    Fix: pulumi config set --path 'allowedEmails[0]' you@example.com",
    ],
  },
  {
    title: 'allowedEmails wildcard',
    raw: { allowedEmails: ['*@example.com'] },
    messages: [
      "allowedEmails[0] = \"*@example.com\" is a wildcard. Allowed: e-mail addresses.\n    Fix: pulumi config set --path 'allowedEmails[0]' 'you@example.com'",
    ],
  },
  {
    title: 'allowedEmails without @',
    raw: { allowedEmails: ['ada'] },
    messages: [
      "allowedEmails[0] = \"ada\" is not an e-mail address. Allowed: e-mail addresses.\n    Fix: pulumi config set --path 'allowedEmails[0]' 'you@example.com'",
    ],
  },
  {
    title: 'allowedDomains with @',
    raw: { allowedDomains: ['@example.com'] },
    messages: [
      "allowedDomains[0] = \"@example.com\" contains an @. Allowed: e-mail domains without @.\n    Fix: pulumi config set --path 'allowedDomains[0]' 'example.com'",
    ],
  },
  {
    title: 'allowedDomains wildcard',
    raw: { allowedDomains: ['*'] },
    messages: [
      "allowedDomains[0] = \"*\" is a wildcard. Allowed: e-mail domains without @.\n    Fix: pulumi config set --path 'allowedDomains[0]' 'example.com'",
    ],
  },
  {
    title: 'no login, and nobody said that the site is public',
    raw: { login: 'none' },
    messages: [
      'login is none, so everybody may use the site. Allowed: none only where public says that it is meant.\n    Fix: pulumi config set public true, or pulumi config set login app',
      'allowedEmails lists people, but nobody logs in where login is none. Allowed: lists only with a login.\n    Fix: pulumi config rm allowedEmails',
    ],
  },
]
