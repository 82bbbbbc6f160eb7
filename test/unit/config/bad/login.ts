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
  {
    title: 'a provider that nobody has heard of',
    raw: { provider: 'github' },
    messages: [
      'provider = "github" is neither auth0 nor oidc nor google. Allowed: auth0, oidc, google.\n    Fix: pulumi config set provider auth0',
    ],
  },
  {
    title: 'an issuer without TLS, an id that is none, scopes that find nobody, and no secret',
    raw: {
      ...{ provider: 'oidc', issuer: 'http://id.example.com', clientId: 'a b', clientSecret: '' },
      scopes: ['e mail'],
    },
    messages: [
      'issuer = "http://id.example.com" is not https. Allowed: the https URL that the issuer calls itself.\n    Fix: pulumi config set issuer https://login.example.com/realms/staff',
      'clientId = "a b" has a space or a character outside ASCII. Allowed: the client id that the issuer shows.\n    Fix: pulumi config set clientId ID',
      "scopes[0] = \"e mail\" is not a scope. Allowed: scopes of the issuer.\n    Fix: pulumi config set --path 'scopes[0]' 'email'",
      'clientSecret is not set, and provider is oidc. Allowed: the client secret that the issuer shows.\n    Fix: pulumi config set --secret clientSecret',
      'scopes = ["e mail"] lack openid or email, without which nobody can be found on the lists. Allowed: a list with openid and email, or an empty one for openid, email and profile.\n    Fix: pulumi config rm scopes',
    ],
  },
  {
    title: 'a client secret in plain text',
    raw: {
      ...{ provider: 'oidc', issuer: 'https://id.example.com', clientId: 'shop' },
      clientSecret: 'hunter2',
    },
    context: { secretKeys: [] },
    messages: [
      'clientSecret is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret clientSecret, and change the value: it has been seen',
    ],
  },
  {
    title:
      'a login in front of the app by an image of any digest, and a public path without a slash',
    raw: { login: 'edge', edgeImage: 'oauth2-proxy', publicPaths: ['healthz'] },
    messages: [
      'edgeImage = "oauth2-proxy" names no digest, so that a later pull could bring another image. Allowed: name@sha256:digest of an image of oauth2-proxy 7.15.6 or later.\n    Fix: pulumi config set edgeImage quay.io/oauth2-proxy/oauth2-proxy@sha256:<64 hex digits>',
      "publicPaths[0] = \"healthz\" is no path that is public by itself. Allowed: paths of letters, digits and . _ ~ : @ = + , - such as /healthz, or a folder such as /webhooks/*.\n    Fix: pulumi config set --path 'publicPaths[0]' '/healthz'",
    ],
  },
]
