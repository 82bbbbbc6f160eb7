import type { Resource } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'Auth0 application'

/** Lists of the application where a longer one gives more (https://auth0.com/docs/get-started/applications/application-settings). */
const LISTS: Record<string, string> = {
  callbacks: 'the callback',
  allowedLogoutUrls: 'the way out to',
  webOrigins: 'silent login from',
  allowedOrigins: 'requests from',
  grantTypes: 'the grant type',
}

/** What the application in the tenant permits: URLs, grant types, signatures. */
export function auth0Application({ resources }: Change): Finding[] {
  return resources
    .filter((one) => one.kind === 'Client' && one.new && one.operation !== 'same')
    .flatMap((one) => [...lists(one), ...settings(one)])
}

function lists(one: Resource): Finding[] {
  return Object.entries(LISTS).flatMap(([property, words]) => {
    const { come, gone } = between(texts(one.old?.[property]), texts(one.new?.[property]))
    return [
      ...come.map((each) => opens(TOPIC, `${words} ${short(each)}${warning(property, each)}`)),
      ...gone.map((each) => closes(TOPIC, `${words} ${short(each)}`)),
    ]
  })
}

function warning(property: string, value: string): string {
  if (property === 'grantTypes')
    return /implicit|password/.test(value) ? ' (out of use: OAuth 2.1 leaves it out)' : ''
  if (value.includes('*')) return ' (a wildcard)'
  return value.startsWith('http:') ? ' (not https)' : ''
}

function settings(one: Resource): Finding[] {
  if (!one.old) return []
  const algorithm = (inputs: Resource['old']) =>
    (inputs?.jwtConfiguration as { alg?: string } | undefined)?.alg
  const values: [string, unknown, unknown][] = [
    ['the signature of tokens', algorithm(one.old), algorithm(one.new)],
    ...['appType', 'oidcConformant', 'crossOriginAuth'].map((key): [string, unknown, unknown] => [
      key,
      one.old?.[key],
      one.new?.[key],
    ]),
  ]
  return values
    .filter(([, before, after]) => before !== after)
    .map(([name, before, after]) =>
      alters(TOPIC, `${name}: ${short(before ?? 'not set')} → ${short(after ?? 'not set')}`),
    )
}
