import * as pulumi from '@pulumi/pulumi'
import { caddyfile } from './cloud-init/caddyfile.ts'
import { Dns } from './components/dns.ts'
import { Host } from './components/host.ts'
import { Identity } from './components/identity.ts'
import { Network, outboundPorts } from './components/network.ts'
import { Probe } from './components/probe.ts'
import { Project } from './components/project.ts'
import { Release } from './components/release.ts'
import { readConfig } from './config.ts'
import { archive } from './lib/archive.ts'
import { guarded } from './lib/guarded.ts'
import { loginCommand } from './lib/login-command.ts'
import { preflight } from './lib/preflight.ts'

const config = readConfig()
const name = `${pulumi.getProject()}-${pulumi.getStack()}`
const { region, size, expires, protect } = config
const { sshPort, httpPort, httpsPort, acmeDirectory, acmeRoot, app } = config
const from = guarded(config.secretKeys)

const { connections } = await preflight({ ...config, tag: name })

const identity = new Identity(name, {
  url: config.url,
  domain: config.auth0Domain,
  connections,
  expires,
  protect,
})

const network = new Network(name, {
  region,
  sshFrom: config.sshFrom,
  sshPort,
  httpPort,
  httpsPort,
  outboundPorts: outboundPorts([
    acmeDirectory,
    config.caddyRepository.url,
    config.auth0Domain,
    ...(app.kind === 'image' ? [app.image] : app.baseImage ? [app.baseImage] : []),
  ]),
  expires,
  protect,
})

const machine = new Host(
  name,
  {
    region,
    size,
    image: config.image,
    ipv6: config.ipv6,
    tags: network.tags,
    reservedIp: network.reservedIp,
    adminSshKeys: config.adminSshKeys,
    sshPort,
    httpPort,
    httpsPort,
    caddyRepository: config.caddyRepository,
    protect: config.protectDroplet,
  },
  { dependsOn: [identity, network] },
)

const dns = new Dns(name, {
  zone: config.zone,
  recordName: config.recordName,
  manageZone: config.manageZone,
  ipv4: network.reservedIp,
  ipv6: config.ipv6 ? machine.ipv6Address : undefined,
  caaIssuer: config.caaIssuer,
  protect,
})

const live = new Release(name, {
  ssh: machine.ssh,
  dropletId: machine.dropletId,
  deletedWith: machine.droplet,
  app,
  archive: app.kind === 'source' ? await archive(app.folder) : undefined,
  env: {
    ...from('appEnv', config.appEnv),
    ...from('allowedDomains', { ALLOWED_DOMAINS: config.allowedDomains.join(',') }),
    ...from('allowedEmails', { ALLOWED_EMAILS: config.allowedEmails.join(',') }),
    APP_URL: config.url,
    AUTH0_CLIENT_ID: identity.clientId,
    AUTH0_DOMAIN: config.auth0Domain,
  },
  secrets: { ...config.appSecrets, AUTH0_CLIENT_SECRET: identity.clientSecret },
  memoryMiB: config.appMemoryMiB,
  readyPath: config.readyPath,
  readySeconds: config.readySeconds,
  ...from('acmeEmail', {
    caddyfile: caddyfile({
      host: config.hostname,
      httpPort,
      httpsPort,
      acmeDirectory,
      acmeEmail: config.acmeEmail,
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
    url: config.url,
    address: network.reservedIp,
    httpPort,
    issuer: identity.issuer,
    release: live.release,
    dropletId: machine.dropletId,
    acmeRoot,
  },
  { dependsOn: live },
)

new Project(name, {
  description: `${config.url} (stack ${pulumi.getStack()})`,
  environment: config.environment,
  resources: [machine.dropletUrn, network.reservedIpUrn, ...(dns.zoneUrn ? [dns.zoneUrn] : [])],
})

export const url = probe.url
export const host = config.hostname
export const ip = network.reservedIp
export const { issuer, clientId } = identity
export const { release } = live
export const expiresAt = expires?.toISOString() ?? 'never'
export const sshCommand = loginCommand(network.reservedIp, sshPort, machine.hostKey)
export const adminPrivateKey = pulumi.secret(machine.adminPrivateKey)
