import * as pulumi from '@pulumi/pulumi'
import { caddyfile } from './cloud-init/caddyfile.ts'
import { Dns } from './components/dns.ts'
import { Host } from './components/host.ts'
import { Identity } from './components/identity.ts'
import { Network, outboundPorts } from './components/network.ts'
import { Probe } from './components/probe.ts'
import { Project } from './components/project.ts'
import { Release } from './components/release.ts'
import { readConfig } from './config/index.ts'
import { archive } from './lib/archive.ts'
import { guarded } from './lib/guarded.ts'
import { loginCommand } from './lib/login-command.ts'
import { preflight } from './lib/preflight.ts'

const config = readConfig()
const name = `${pulumi.getProject()}-${pulumi.getStack()}`
const { site, lifecycle } = config
const { expires, protect } = lifecycle
const { acmeDirectory, acmeEmail, acmeRoot } = config.certificates
const { app, env, secrets, allowedEmails, allowedDomains, ...limits } = config.release
const from = guarded(config.secretKeys)

const { connections } = await preflight({
  ...config.host,
  ...config.dns,
  ...config.identity,
  tag: name,
})

const identity = new Identity(name, {
  ...config.identity,
  connections,
  expires,
  protect,
})

const network = new Network(name, {
  ...config.network,
  outboundPorts: outboundPorts([
    acmeDirectory,
    config.host.caddyRepository.url,
    config.identity.domain,
    ...(app.kind === 'image' ? [app.image] : app.baseImage ? [app.baseImage] : []),
  ]),
  expires,
  protect,
})

const machine = new Host(
  name,
  {
    ...config.host,
    tags: network.tags,
    reservedIp: network.reservedIp,
    protect: lifecycle.protectDroplet,
  },
  { dependsOn: [identity, network] },
)

const dns = new Dns(name, {
  ...config.dns,
  ipv4: network.reservedIp,
  ipv6: config.host.ipv6 ? machine.ipv6Address : undefined,
  protect,
})

const live = new Release(name, {
  ssh: machine.ssh,
  dropletId: machine.dropletId,
  deletedWith: machine.droplet,
  app,
  archive: app.kind === 'source' ? await archive(app.folder) : undefined,
  env: {
    ...from('appEnv', env),
    ...from('allowedDomains', { ALLOWED_DOMAINS: allowedDomains.join(',') }),
    ...from('allowedEmails', { ALLOWED_EMAILS: allowedEmails.join(',') }),
    APP_URL: site.url,
    AUTH0_CLIENT_ID: identity.clientId,
    AUTH0_DOMAIN: config.identity.domain,
  },
  secrets: { ...secrets, AUTH0_CLIENT_SECRET: identity.clientSecret },
  ...limits,
  ...from('acmeEmail', {
    caddyfile: caddyfile({
      host: site.hostname,
      httpPort: site.httpPort,
      httpsPort: site.httpsPort,
      acmeDirectory,
      acmeEmail,
      acmeRootFile: acmeRoot ? '/etc/caddy/acme-root.pem' : undefined,
    }),
  }),
  acmeRoot,
  // A failed certificate attempt costs a minute: the name must answer before the site exists.
  after: [...machine.ready, ...dns.records, ...identity.links],
})

const probe = new Probe(
  name,
  {
    url: site.url,
    address: network.reservedIp,
    httpPort: site.httpPort,
    issuer: identity.issuer,
    release: live.release,
    dropletId: machine.dropletId,
    acmeRoot,
  },
  { dependsOn: live },
)

new Project(name, {
  description: `${site.url} (stack ${pulumi.getStack()})`,
  ...config.project,
  resources: [machine.dropletUrn, network.reservedIpUrn, ...(dns.zoneUrn ? [dns.zoneUrn] : [])],
})

export const url = probe.url
export const host = site.hostname
export const ip = network.reservedIp
export const { issuer, clientId } = identity
export const { release } = live
export const expiresAt = expires?.toISOString() ?? 'never'
export const sshCommand = loginCommand(network.reservedIp, config.network.sshPort, machine.hostKey)
export const adminPrivateKey = pulumi.secret(machine.adminPrivateKey)
