/** The sandbox from outside: where it runs, what it says of itself, faults, stop. */
import { request } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { Delegation } from './dns/delegations.ts'
import { readIfThere } from './files.ts'
import type { Addresses } from './issuer/own.ts'
import type { Endpoint, FaultRule, PowerLoss } from './types.ts'

/** `<dir>/sandbox.json`, there while the sandbox is ready. */
export interface SandboxFile {
  pid: number
  /** ISO 8601. */
  startedAt: string
  digitalocean: { url: string }
  auth0: { domain: string; customDomain: string }
  acme: { directory: string; staging: { directory: string; rootPath: string } }
  apt: { url: string; suite: string; component: string; keyFile: string; fingerprint: string }
  registry: { host: string }
  dns: { host: string; port: number }
  /** `domain` is the account's one, without `.duckdns.org`. */
  duckdns: { api: string; domain: string }
  /** Template of Spaces' endpoints, as the provider's `spacesEndpoint` is one. */
  spaces: { endpoint: string }
  /** An OpenID Connect issuer that is no Auth0, as its tokens name it. */
  issuer: { url: string }
  ports: { ssh: number; http: number; https: number }
  /** Path of the root certificate. */
  ca: string
}

/** `<dir>/credentials.json`. */
export interface Credentials {
  digitalocean: { token: string }
  auth0: { clientId: string; clientSecret: string }
  duckdns: { token: string }
  issuer: { clientId: string; clientSecret: string }
}

export interface PartStatus {
  name: string
  /** `on demand`: it listens, and makes what it needs at the first request. */
  state: 'starting' | 'ready' | 'preparing' | 'on demand' | 'failed'
  /** Address, if it listens. */
  where?: string
  /** What it does at the moment, or what went wrong. */
  detail?: string
}

export interface DropletStatus {
  id: string
  name: string
  machine: 'on' | 'off' | 'absent'
  addresses: string[]
}

export interface SandboxStatus {
  pid: number
  startedAt: string
  ready: boolean
  parts: PartStatus[]
  droplets: DropletStatus[]
  inventory: { digitalocean: Thing[]; auth0: Thing[] }
  calls: { digitalocean: Record<string, number>; auth0: Record<string, number> }
  /** Requests that met a fault, since the start. */
  faultsMet: { digitalocean: number; auth0: number }
  /** What cannot be as it should, such as an address that cannot be listened on. */
  problems: string[]
}

interface Thing {
  kind: string
  id: string
  name: string
}

/** The faults of both APIs, in place of all before; one that is not named has none any more. */
export interface Faults {
  digitalocean?: FaultRule[]
  auth0?: FaultRule[]
  /** Makes the same requests fail each time. */
  seed?: number
}

/** What the simulated APIs let a client ask. */
export interface Limits {
  /** The burst limit, which the real API has at 250 in 60 seconds; none unless set. */
  digitalocean?: { requests: number; seconds: number }
  /** Of the Management API, 50 unless set; the free plan's is 2. */
  auth0?: { requestsPerSecond: number }
  /** Of Spaces: how long a new key is refused (InvalidAccessKeyId), 3 unless set; no figure is documented. */
  spaces?: { newKeySeconds: number }
}

export interface Control {
  status(): Promise<SandboxStatus>
  setFaults(faults: Faults): Promise<void>
  setLimits(limits: Limits): Promise<void>
  /** What the registrar of a zone was told; every zone is delegated to DigitalOcean unless set. */
  setDelegation(delegation: Delegation): Promise<void>
  /** Enters addresses at the issuer's application, beside those that it has; all of them then. */
  enterAddresses(addresses: Addresses): Promise<Addresses>
  /** The forward to a machine's port, past the cloud firewall; undefined while it is off. */
  forward(dropletId: number, port: number): Promise<Endpoint | undefined>
  /** Logs what the droplet writes to its volumes, from now until its machine ends. */
  logWrites(dropletId: number): Promise<void>
  /** A loss of power, and the boot after it; without a seed no write after the last flush survives. */
  losePower(dropletId: number, seed?: number): Promise<PowerLoss[]>
  /** Asks the sandbox to end; resolves once it has understood. */
  stop(): Promise<void>
}

export const controlPath = (dir: string): string => join(dir, 'control.sock')

/** The running sandbox's file; undefined if it is not ready. */
export async function readSandbox(dir: string): Promise<SandboxFile | undefined> {
  const text = await readIfThere(join(dir, 'sandbox.json'))
  return text === undefined ? undefined : (JSON.parse(text) as SandboxFile)
}

export async function readCredentials(dir: string): Promise<Credentials | undefined> {
  const text = await readIfThere(join(dir, 'credentials.json'))
  return text === undefined ? undefined : (JSON.parse(text) as Credentials)
}

/** Speaks to the sandbox of a folder; each call rejects with ENOENT or ECONNREFUSED if none runs. */
export function openControl(dir: string): Control {
  const socketPath = controlPath(dir)
  const ask = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path, agent: false }, async (response) => {
        try {
          const answer = (await json(response)) as T & { error?: string }
          if ((response.statusCode ?? 500) < 400) return resolve(answer)
          reject(new Error(answer.error ?? `the sandbox answers ${response.statusCode}`))
        } catch (error) {
          reject(error as Error)
        }
      })
      asked.once('error', reject)
      if (body !== undefined) asked.setHeader('content-type', 'application/json')
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  return {
    status: () => ask('GET', '/status'),
    setFaults: async (faults) => void (await ask('POST', '/faults', faults)),
    setLimits: async (limits) => void (await ask('POST', '/limits', limits)),
    setDelegation: async (delegation) => void (await ask('POST', '/delegations', delegation)),
    enterAddresses: (addresses) => ask('POST', '/issuer/addresses', addresses),
    forward: async (id, port) =>
      (await ask<{ endpoint?: Endpoint }>('GET', `/droplets/${id}/forward?port=${port}`)).endpoint,
    logWrites: async (id) => void (await ask('POST', `/droplets/${id}/logged-writes`)),
    losePower: async (id, seed) =>
      (await ask<{ volumes: PowerLoss[] }>('POST', `/droplets/${id}/power-loss`, { seed })).volumes,
    stop: async () => void (await ask('POST', '/stop')),
  }
}
