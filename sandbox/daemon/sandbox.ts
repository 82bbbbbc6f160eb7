import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startAcme } from '../acme/index.ts'
import { startApt } from '../apt/index.ts'
import { type Auth0, startAuth0 } from '../auth0/index.ts'
import { openAuthority } from '../ca/index.ts'
import type { Faults, Limits, SandboxFile, SandboxStatus } from '../control.ts'
import { startDatabases } from '../databases/index.ts'
import { type DigitalOcean, startDigitalOcean } from '../digitalocean/index.ts'
import { type Delegation, Delegations } from '../dns/delegations.ts'
import { startDns } from '../dns/index.ts'
import { withSslip } from '../dns/sslip.ts'
import { openDuckDns } from '../duckdns/index.ts'
import { writeAtomically } from '../files.ts'
import { startGate } from '../ingress/gate.ts'
import { startRouter } from '../ingress/router.ts'
import { type Addresses, type OwnIssuer, openIssuer } from '../issuer/own.ts'
import { VPC } from '../machine/network.ts'
import { noMachines } from '../machines-none.ts'
import { HOST, HOSTS, type Ports, PRIVATE_HOSTS, type Settings } from '../settings.ts'
import { type Spaces, startSpaces } from '../spaces/index.ts'
import { ENDPOINT_HOSTS } from '../spaces/regions.ts'
import type { Endpoint, Machines, PowerLoss } from '../types.ts'
import { ensureCredentials } from './credentials.ts'
import { extraCertificates } from './extra-certificates.ts'
import { startImages } from './images.ts'
import { mayReach } from './outbound.ts'
import { Parts } from './parts.ts'

/** What makes droplets into machines. */
type Hypervisor = Pick<typeof import('../machine/index.ts'), 'startMachines'>

/** DigitalOcean gives no figure (docs/unverified.md); long enough that nobody goes without waiting. */
const NEW_KEY_SECONDS = 3

/** All parts of a sandbox, brought up in an order in which each finds those that it asks. */
export class Sandbox {
  readonly startedAt = new Date().toISOString()
  readonly #settings: Settings
  readonly #ports: Ports
  readonly #log: (line: string) => void
  readonly #parts: Parts
  /** How to end what runs, in the order of the start. */
  readonly #closers: (() => Promise<void>)[] = []
  #apis?: { digitalocean: DigitalOcean; auth0: Auth0 }
  #delegations?: Delegations
  #issuer?: OwnIssuer
  #spaces?: Spaces
  #machines: Machines = noMachines()
  #problems: () => string[] = () => []
  #ready = false

  constructor(settings: Settings, ports: Ports, log: (line: string) => void) {
    this.#settings = settings
    this.#ports = ports
    this.#log = log
    this.#parts = new Parts(log)
  }

  async start(): Promise<SandboxFile> {
    const { dir, cache, machines } = this.#settings
    const ports = this.#ports
    const log = this.#log
    await mkdir(cache, { recursive: true })
    const credentials = await ensureCredentials(dir)
    const authority = await openAuthority(dir)
    let cloud: DigitalOcean | undefined

    const databases = await this.#part('databases', undefined, () =>
      startDatabases({
        dir,
        hosts: { public: HOST, private: VPC.here },
        names: { public: HOSTS.database, private: PRIVATE_HOSTS.database },
        admits: (id, address) => cloud?.databaseAdmitsAddress(id, address) ?? false,
        log,
      }),
    )
    this.#parts.set('databases', 'on demand')

    if (machines !== 'none') {
      const { startMachines }: Hypervisor =
        machines === 'qemu'
          ? await import('../machine/index.ts')
          : await import(pathToFileURL(machines).href)
      const extra = await extraCertificates()
      this.#machines = await this.#part('machines', undefined, () =>
        startMachines({
          dir: join(dir, 'machines'),
          volumesDir: join(dir, 'volumes'),
          cache,
          vendor: {
            hosts: [...Object.values(HOSTS), ...ENDPOINT_HOSTS],
            privateHosts: Object.values(PRIVATE_HOSTS),
            caCertificates: [authority.rootPem, ...extra],
            registry: `${HOSTS.registry}:${ports.registry}`,
          },
          admits: (id, attempt) =>
            cloud !== undefined &&
            mayReach({ cloud, databases, spacesPort: ports.spaces }, id, attempt),
          log,
          progress: log,
        }),
      )
    }
    const spaces = await this.#part('spaces', ports.spaces, () =>
      startSpaces({
        ...{ dir, cache, authority, host: HOST, port: ports.spaces, log },
        newKeySeconds: NEW_KEY_SECONDS,
      }),
    )
    this.#parts.set('spaces', 'on demand')
    this.#spaces = spaces
    const digitalocean = await this.#part('digitalocean', ports.digitalocean, () =>
      startDigitalOcean({
        stateFile: join(dir, 'digitalocean.json'),
        port: ports.digitalocean,
        token: credentials.digitalocean.token,
        machines: this.#machines,
        databases,
        spaces,
        log,
      }),
    )
    cloud = digitalocean
    const delegations = new Delegations((name, type) => digitalocean.resolve(name, type))
    const duckdns = await this.#part('duckdns', ports.duckdns, () =>
      openDuckDns({ dir, host: HOST, port: ports.duckdns, authority, ...credentials.duckdns }),
    )
    const resolve = withSslip(duckdns.resolve(delegations.resolve))
    this.#delegations = delegations
    const dns = await this.#part('dns', ports.dns, () =>
      startDns({ host: HOST, port: ports.dns, resolve }),
    )
    const acme = await this.#part('acme', ports.acme, () =>
      startAcme({
        dir,
        authority,
        host: HOST,
        name: HOSTS.acme,
        stagingName: HOSTS.acmeStaging,
        frontPort: ports.acme,
        port: ports.pebble,
        managementPort: ports.pebbleManagement,
        httpPort: ports.http,
        tlsPort: ports.https,
        dnsServer: `${HOST}:${dns.port}`,
        log,
      }),
    )
    const auth0 = await this.#part('auth0', ports.auth0, async () =>
      startAuth0({
        stateFile: join(dir, 'auth0.json'),
        port: ports.auth0,
        certificate: await authority.issue({ names: ['localhost', HOSTS.auth0], ips: [HOST] }),
        domain: `localhost:${ports.auth0}`,
        customDomain: `${HOSTS.auth0}:${ports.auth0}`,
        management: credentials.auth0,
        closed: true,
        log,
      }),
    )
    this.#apis = { digitalocean, auth0 }
    const issuer = await this.#part('issuer', ports.issuer, async () =>
      openIssuer({
        dir,
        port: ports.issuer,
        host: HOSTS.issuer,
        certificate: await authority.issue({ names: [HOSTS.issuer, 'localhost'], ips: [HOST] }),
        credentials: credentials.issuer,
        log,
      }),
    )
    this.#issuer = issuer
    const apt = await this.#part('apt', ports.apt, () =>
      startApt({ dir, cache, host: HOST, port: ports.apt, name: HOSTS.apt, log }),
    )
    const images = await this.#part('registry', ports.registry, async () =>
      startImages({
        dir,
        cache,
        host: HOST,
        port: ports.registry,
        certificate: await authority.issue({ names: [HOSTS.registry, 'localhost'], ips: [HOST] }),
        log,
      }),
    )
    const gate = await this.#part('ingress', undefined, async () =>
      startGate({
        cloud: digitalocean,
        machines: this.#machines,
        publicPorts: [ports.ssh, ports.http, ports.https],
        log,
      }),
    )
    this.#problems = () => gate.problems().map(({ error }) => error.message)
    await this.#part('router', ports.https, () =>
      startRouter({ resolve, host: HOST, httpPort: ports.http, httpsPort: ports.https }),
    )

    if (machines !== 'qemu') {
      for (const part of ['acme', 'apt', 'registry']) this.#parts.set(part, 'on demand')
    } else {
      const { ensureBaseImage } = await import('../machine/index.ts')
      void this.#parts.prepare('machines', (progress) => ensureBaseImage(cache, progress))
      void this.#parts.prepare('acme', () => acme.warm())
      void this.#parts
        .prepare('apt', (progress) => apt.warm(progress))
        .then(() => this.#parts.prepare('registry', (progress) => images.warm(progress)))
    }
    const file: SandboxFile = {
      pid: process.pid,
      startedAt: this.startedAt,
      digitalocean: { url: digitalocean.url },
      auth0: { domain: auth0.domain, customDomain: auth0.customDomain },
      acme: { directory: acme.directory, staging: acme.staging },
      apt: {
        url: apt.url,
        suite: apt.suite,
        component: apt.component,
        keyFile: apt.keyFile,
        fingerprint: apt.fingerprint,
      },
      registry: { host: `${HOSTS.registry}:${images.port}` },
      dns: { host: dns.host, port: dns.port },
      duckdns: { api: duckdns.api, domain: duckdns.domain },
      spaces: { endpoint: spaces.endpoint('{{.Region}}') },
      issuer: { url: issuer.issuer },
      ports: { ssh: ports.ssh, http: ports.http, https: ports.https },
      ca: authority.rootPath,
    }
    await writeAtomically(join(dir, 'sandbox.json'), JSON.stringify(file, null, 2))
    this.#ready = true
    return file
  }

  /** Starts one part, says so, and notes how to end it. */
  async #part<T extends { close?: () => Promise<void> }>(
    name: string,
    port: number | undefined,
    start: () => Promise<T>,
  ): Promise<T> {
    const where = port === undefined ? undefined : `${HOST}:${port}`
    this.#parts.set(name, 'starting', { where })
    try {
      const part = await start()
      if (part.close) this.#closers.push(() => (part.close as () => Promise<void>)())
      this.#parts.set(name, 'ready')
      return part
    } catch (error) {
      this.#parts.set(name, 'failed', { detail: (error as Error).message })
      throw error
    }
  }

  status(): SandboxStatus {
    const digitalocean = this.#apis?.digitalocean
    const things = digitalocean?.inventory() ?? []
    const addresses = digitalocean?.addresses() ?? []
    return {
      pid: process.pid,
      startedAt: this.startedAt,
      ready: this.#ready,
      parts: this.#parts.list(),
      droplets: things
        .filter(({ kind }) => kind === 'droplet')
        .map(({ id, name }) => ({
          id,
          name,
          machine: this.#machines.status(Number(id)),
          addresses: addresses
            .filter(({ dropletId }) => dropletId === Number(id))
            .map(({ address }) => address),
        })),
      inventory: { digitalocean: things, auth0: this.#apis?.auth0.inventory() ?? [] },
      calls: {
        digitalocean: digitalocean?.calls() ?? {},
        auth0: this.#apis?.auth0.calls() ?? {},
      },
      faultsMet: {
        digitalocean: digitalocean?.faultsMet() ?? 0,
        auth0: this.#apis?.auth0.faultsMet() ?? 0,
      },
      problems: this.#problems(),
    }
  }

  setFaults({ digitalocean = [], auth0 = [], seed }: Faults): void {
    this.#apis?.digitalocean.setFaults(digitalocean, seed)
    this.#apis?.auth0.setFaults(auth0, seed)
  }

  setLimits({ digitalocean, auth0, spaces }: Limits): void {
    if (spaces) this.#spaces?.setNewKeySeconds(spaces.newKeySeconds)
    if (digitalocean) this.#apis?.digitalocean.setBurst(digitalocean)
    if (auth0) this.#apis?.auth0.setRequestsPerSecond(auth0.requestsPerSecond)
  }

  setDelegation(delegation: Delegation): void {
    this.#delegations?.set(delegation)
  }

  enterAddresses(addresses: Addresses): Promise<Addresses> {
    if (!this.#issuer) throw new Error('the issuer is not there yet')
    return this.#issuer.enter(addresses)
  }

  forward(dropletId: number, port: number): Promise<Endpoint | undefined> {
    return this.#machines.forward(dropletId, port)
  }

  logWrites(dropletId: number): Promise<void> {
    return this.#machines.logWrites(dropletId)
  }

  losePower(dropletId: number, seed?: number): Promise<PowerLoss[]> {
    this.#log(`the machine of droplet ${dropletId} loses its power`)
    return this.#machines.losePower(dropletId, seed)
  }

  /** Ends all parts, the last one first; one that fails to end does not keep the others up. */
  async close(): Promise<void> {
    await rm(join(this.#settings.dir, 'sandbox.json'), { force: true })
    for (const close of this.#closers.reverse()) {
      await close().catch((error: Error) => this.#log(`stop: ${error.message}`))
    }
  }
}
