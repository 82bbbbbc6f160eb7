import { BlockList, isIPv6 } from 'node:net'
import { DatabaseCluster } from '@pulumi/digitalocean/databaseCluster.js'
import { DatabaseFirewall } from '@pulumi/digitalocean/databaseFirewall.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'

/** RFC 1918 and RFC 4193. */
const PRIVATE: [network: string, bits: number][] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]

export const databasePrivate: Rule = {
  name: 'database-private',
  description: 'A database answers to named droplets, apps or private networks only.',
  validateResource: validateResourceOfType(DatabaseFirewall, (firewall, _args, report) => {
    if (!firewall.rules?.length)
      report('It has no rule, so the database is open to the internet. Name the droplet’s tag.')
    for (const { type, value } of firewall.rules ?? []) {
      if (type === 'ip_addr' && !isPrivate(value))
        report(`It lets ${value} in, which is a public network. Name the droplet’s tag instead.`)
    }
  }),
  validateStack: (args, report) => {
    const firewalls = args.resources.filter((one) => one.isType(DatabaseFirewall))
    for (const cluster of args.resources.filter((one) => one.isType(DatabaseCluster))) {
      const guarded = firewalls.some(({ propertyDependencies }) =>
        propertyDependencies.clusterId?.some(({ urn }) => urn === cluster.urn),
      )
      if (!guarded)
        report(
          'No DatabaseFirewall names this cluster, so it is open to the internet.',
          cluster.urn,
        )
    }
  },
}

function isPrivate(network: string): boolean {
  const [address = '', bits] = network.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  return PRIVATE.some(([base, least]) => {
    if (isIPv6(base) !== (family === 'ipv6')) return false
    const list = new BlockList()
    list.addSubnet(base, least, family)
    return list.check(address, family) && (bits === undefined || Number(bits) >= least)
  })
}
