import { Droplet } from '@pulumi/digitalocean/droplet.js'
import { Firewall } from '@pulumi/digitalocean/firewall.js'
import type { StackValidation } from '@pulumi/policy'
import { validateResourceOfType } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import { managedWays } from '../../config/database/managed.ts'
import { type Way, waysOut } from '../../config/outbound.ts'
import { known, type Rule } from '../rule.ts'
import { setting } from '../stack.ts'

const ANYWHERE = ['0.0.0.0/0', '::/0']

interface Opening {
  key: string
  protocol: string
  port: number | undefined
  from: string[]
  /** The key that lists `from`, where there is one. */
  list?: string
}

export const firewallAsConfigured: Rule = {
  name: 'firewall-as-configured',
  description:
    'The firewall opens the configured ports and no others, in and out, and every droplet stands behind it.',
  validateResource: validateResourceOfType(Firewall, (firewall, _args, report) => {
    const configured = openings()
    for (const rule of firewall.inboundRules ?? []) {
      const what = [rule.protocol, rule.portRange].filter(Boolean).join(' ')
      const meant = configured.find(
        ({ protocol, port }) => rule.protocol === protocol && rule.portRange === String(port),
      )
      const others = otherSources(rule)
      if (!meant) {
        const from = [...(rule.sourceAddresses ?? []), ...others].join(', ') || 'nobody'
        const ports = configured.map(({ key, port }) => `${key} ${port}`)
        report(
          `It opens ${what} to ${from}, which the configuration does not ask for (${[...new Set(ports)].join(', ')}).`,
        )
        continue
      }
      const more = (rule.sourceAddresses ?? []).filter((one) => !meant.from.includes(one))
      if (more.length + others.length > 0) {
        const allowed = `${meant.list ?? 'the configuration'} (${meant.from.join(', ')})`
        report(`It opens ${what} to ${[...more, ...others].join(', ')}, beyond ${allowed}.`)
      }
    }
    for (const rule of firewall.outboundRules ?? []) {
      const meant = configuredWays().some(
        ({ protocol, ports }) =>
          rule.protocol === protocol && (rule.portRange || undefined) === ports,
      )
      if (meant) continue
      const what = [rule.protocol, rule.portRange].filter(Boolean).join(' ')
      report(
        `It lets the host out to ${what}, which the configuration does not ask for (outbound).`,
      )
    }
  }),
  validateStack: (args, report) => {
    for (const droplet of args.resources.filter((one) => one.isType(Droplet))) {
      if (!isCovered(droplet, args.resources))
        report(
          'No firewall covers this droplet, so all its ports are open. Give it the tag of one.',
          droplet.urn,
        )
    }
  },
}

function openings(): Opening[] {
  const port = (key: string) => setting<number>(key)
  const networks = setting<string[]>('siteFrom') ?? []
  const site = networks.length > 0 ? { from: networks, list: 'siteFrom' } : { from: ANYWHERE }
  const secure = ['tcp', 'udp'].map((protocol) => ({
    key: 'httpsPort',
    protocol,
    port: port('httpsPort'),
    ...site,
  }))
  return [
    {
      key: 'sshPort',
      protocol: 'tcp',
      port: port('sshPort'),
      from: setting<string[]>('sshFrom') ?? [],
      list: 'sshFrom',
    },
    { key: 'httpPort', protocol: 'tcp', port: port('httpPort'), ...site },
    ...(setting('tls') === 'off' ? [] : secure),
  ]
}

/** What the host may reach on others, by the same rules as the program's. */
function configuredWays(): Way[] {
  const texts = [
    setting<string>('acmeDirectory'),
    setting<{ url?: string }>('caddyRepository')?.url,
    loginPlace(),
    setting<string>('appImage') || setting<string>('appBaseImage'),
    setting<string>('edgeImage'),
    setting<string>('backups') === 's3' ? setting<string>('backupEndpoint') : undefined,
    ...Object.keys(setting<object>('appRegistries') ?? {}),
  ]
  const endpoints = texts.filter((text): text is string => Boolean(text))
  const database = setting<string>('database')
  const databaseBeside = setting<string>('databaseBeside')
  const databasePool = setting<number>('databasePool') ?? 0
  return waysOut(endpoints, [
    ...(setting<string[]>('outbound') ?? []),
    ...managedWays({ database, databaseBeside, databasePool }),
  ])
}

/** Where users log in; Google is on the usual port. */
function loginPlace(): string | undefined {
  if ((setting<string>('provider') ?? 'auth0') !== 'auth0') return setting<string>('issuer')
  const tenant = new pulumi.Config('auth0').get('domain') ?? process.env.AUTH0_DOMAIN
  return setting<string>('auth0CustomDomain') || tenant
}

/** Sources other than addresses; the stack's own firewall has none. */
function otherSources(rule: object): string[] {
  return Object.entries(rule)
    .filter(([key, value]) => /^source(?!Addresses)/.test(key) && Array.isArray(value))
    .flatMap(([key, value]) => value.map((one: unknown) => `${key} ${one}`))
}

type Resource = Parameters<StackValidation>[0]['resources'][number]

function isCovered(droplet: Resource, resources: Resource[]): boolean {
  const tags: string[] = droplet.props.tags ?? []
  return resources
    .filter((one) => one.isType(Firewall))
    .some(
      (firewall) =>
        // By id: known only once the droplet is there, but the dependency is known before.
        firewall.propertyDependencies.dropletIds?.some(({ urn }) => urn === droplet.urn) ||
        known(() => firewall.props.tags ?? [])?.some((tag: string) => tags.includes(tag)),
    )
}
