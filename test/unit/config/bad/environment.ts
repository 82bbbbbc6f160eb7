import type { BadConfiguration } from './bad-configuration.ts'

/** Variables and secrets of the app. */
export const environment: BadConfiguration[] = [
  {
    title: 'appEnv reserved name',
    raw: { appEnv: { APP_URL: 'https://example.com' } },
    messages: [
      "appEnv.APP_URL is set by the deployment itself. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appEnv.APP_URL'",
    ],
  },
  {
    title: 'appEnv bad name',
    raw: { appEnv: { 'MY-VAR': '1' } },
    messages: [
      "appEnv.MY-VAR has a name that an environment variable cannot have. Allowed: letters, digits and _, not beginning with a digit.\n    Fix: pulumi config rm --path 'appEnv.MY-VAR'",
    ],
  },
  {
    title: 'appEnv as list',
    raw: { appEnv: ['A=1'] },
    messages: [
      'appEnv = ["A=1"] is not an object. Allowed: names with values.\n    Fix: pulumi config set --path \'appEnv.NAME\' VALUE',
    ],
  },
  {
    title: 'appEnv nested',
    raw: { appEnv: { A: { b: 1 } } },
    messages: [
      'appEnv.A = {"b":1} is not a text. Allowed: a text, a number or a boolean.\n    Fix: pulumi config set --path \'appEnv.A\' VALUE',
    ],
  },
  {
    title: 'appEnv with a date, as the engine hands it over',
    raw: { appEnv: { SINCE: '2026-11-23 00:00:00 +0000 UTC' } },
    messages: [
      'appEnv.SINCE = "2026-11-23 00:00:00 +0000 UTC" is a date that YAML understood and the engine writes in its own way. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path \'appEnv.SINCE\' VALUE',
    ],
  },
  {
    title: 'appEnv with numbers that the settings file spells otherwise',
    raw: { appEnv: { ID: '1177210937346019389', MODE: 420, TEXT: '420', VERSION: 1.1, OTHER: 7 } },
    context: {
      readFile: (path) =>
        path === 'Pulumi.dev.yaml'
          ? 'config:\n  padlock:appEnv:\n    ID: 1177210937346019389\n    MODE: 0644\n    TEXT: "0644"\n    VERSION: 1.10\n    OTHER: 010\n'
          : undefined,
    },
    messages: [
      "appEnv.MODE is 0644 in Pulumi.dev.yaml, a number that arrives as 420. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.MODE' 0644",
      "appEnv.VERSION is 1.10 in Pulumi.dev.yaml, a number that arrives as 1.1. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.VERSION' 1.10",
    ],
  },
  {
    title: 'appEnv with such a number under a key without a prefix',
    raw: { appEnv: { MODE: 420 } },
    context: {
      readFile: (path) =>
        path === 'Pulumi.dev.yaml' ? 'config:\n  appEnv:\n    MODE: 0644\n' : undefined,
    },
    messages: [
      "appEnv.MODE is 0644 in Pulumi.dev.yaml, a number that arrives as 420. Allowed: a text; in a file, one in quotes.\n    Fix: pulumi config set --path 'appEnv.MODE' 0644",
    ],
  },
  {
    title: 'an empty secret',
    raw: { appSecrets: { TOKEN: '' } },
    messages: [
      'appSecrets.TOKEN = "(hidden)" is empty. Allowed: a secret of at least one character.\n    Fix: pulumi config set --secret --path \'appSecrets.TOKEN\'',
    ],
  },
  {
    title: 'appSecrets in plain',
    raw: { appSecrets: { TOKEN: 'hunter2' } },
    context: { secretKeys: [] },
    messages: [
      "appSecrets is in the configuration in plain text. Allowed: a value set with --secret.\n    Fix: pulumi config set --secret --path 'appSecrets.NAME', and change the value: it has been seen",
    ],
  },
  {
    title: 'appSecrets nested',
    raw: { appSecrets: { TOKEN: { a: 'hunter2' } } },
    messages: [
      'appSecrets.TOKEN = "(hidden)" is not a text. Allowed: a text, a number or a boolean.\n    Fix: pulumi config set --secret --path \'appSecrets.TOKEN\'',
    ],
  },
  {
    title: 'appSecrets reserved name',
    raw: { appSecrets: { APP_SECRET_KEY: 'hunter2' } },
    messages: [
      "appSecrets.APP_SECRET_KEY is set by the deployment itself. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appSecrets.APP_SECRET_KEY'",
    ],
  },
  {
    title: 'a name both plain and secret',
    raw: { appEnv: { A: '1' }, appSecrets: { A: 'hunter2' } },
    messages: [
      "appSecrets.A is in appEnv as well. Allowed: names other than ALLOWED_DOMAINS, ALLOWED_EMAILS, APP_ALIAS_URLS, APP_RELEASE, APP_SECRET_KEY, APP_SECRET_KEY_PREVIOUS, APP_SOCKET, APP_URL, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_DOMAIN, VERIFIED_CONNECTIONS, each once.\n    Fix: pulumi config rm --path 'appSecrets.A'",
    ],
  },
  {
    title: 'PORT beside appPort',
    raw: { appPort: 8080, appEnv: { PORT: '3000' } },
    messages: [
      "appEnv.PORT is set by appPort. Allowed: names other than PORT, each once.\n    Fix: pulumi config rm --path 'appEnv.PORT'",
    ],
  },
  {
    title: 'appEnv with a name that JavaScript has for itself',
    raw: { appEnv: { constructor: '1' } },
    messages: [
      'appEnv = {"constructor":"1"} has one of the names constructor, prototype, __proto__. Allowed: other names.\n    Fix: pulumi config rm --path \'appEnv.NAME\'',
    ],
  },
]
