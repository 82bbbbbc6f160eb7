/**
 * Spaces: S3 servers for the regions, behind one TLS port, as the real service's endpoints are. They
 * are versitygw; the accounts that they know are the account's Spaces keys. A region's gateway runs
 * from the first request to it on.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Authority } from '../ca/index.ts'
import { writeAtomically } from '../files.ts'
import { lazily } from '../lazily.ts'
import { handle } from './front.ts'
import { ensureGateway } from './gateway/program.ts'
import { accountsFile, hasFullAccess, type SpacesKey } from './grants.ts'
import { openLifecycles } from './lifecycle.ts'
import { openRegion, type Region } from './region.ts'
import { CERTIFICATE_NAMES, endpointHost, SPACES_REGIONS, type SpacesRegion } from './regions.ts'

/** What the simulated API does with the object storage. */
export interface ObjectStorage {
  /** All buckets of the account. */
  buckets(): { name: string; region: string }[]
  /** Replaces all keys; resolves once the servers go by them. */
  setKeys(keys: SpacesKey[]): Promise<void>
}

export interface Spaces extends ObjectStorage {
  port: number
  /** `https://fra1.spaces.sandbox.localhost:8481`. */
  endpoint(region: string): string
  /** How long a key that is made from now on is refused. */
  setNewKeySeconds(seconds: number): void
  close(): Promise<void>
}

/**
 * Starts the front; gateways are started, and their program built, by the first request.
 * @param options.cache where the built gateway lies
 * @param options.newKeySeconds how long a key that is made is refused before it works; 0 unless set
 */
export async function startSpaces(options: {
  dir: string
  cache: string
  authority: Authority
  host: string
  port: number
  log: (line: string) => void
  newKeySeconds?: number
}): Promise<Spaces> {
  const { dir, log } = options
  let newKeySeconds = options.newKeySeconds ?? 0
  /** When each key works, as `Date.now()` has it; undefined before the account has told of any. */
  let works: Map<string, number> | undefined
  let keys: SpacesKey[] = []
  let turn: Promise<void> = Promise.resolve()
  const program = lazily(() => ensureGateway(options.cache, log))
  const open = (region: SpacesRegion) =>
    [region, openRegion({ region, dir, program, keys: () => keys, log })] as const
  const regions = new Map<string, Region>(SPACES_REGIONS.map(open))
  const buckets = () =>
    [...regions].flatMap(([region, { buckets: names }]) =>
      names().map((name) => ({ name, region })),
    )
  const lifecycles = await openLifecycles(join(dir, 'spaces', 'lifecycles.json'))
  const tls = await options.authority.issue({
    names: [...CERTIFICATE_NAMES, 'localhost'],
    ips: [options.host],
  })
  const server = createServer(
    tls,
    handle({
      port: (region) => (regions.get(region) as Region).port(),
      regionOf: (bucket) => buckets().find(({ name }) => name === bucket)?.region,
      count: () => buckets().length,
      changed: async (region) => (regions.get(region) as Region).sync(),
      isNew: (accessKey) => (works?.get(accessKey) ?? 0) > Date.now(),
      isFull: (accessKey) => keys.some((key) => key.accessKey === accessKey && hasFullAccess(key)),
      lifecycles,
      log,
    }),
  )
  // The first request of all waits while the gateway is built.
  server.requestTimeout = 0
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, options.host, done)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    endpoint: (region) => `https://${endpointHost(region)}:${port}`,
    buckets,
    setNewKeySeconds(seconds) {
      newKeySeconds = seconds
    },
    setKeys(all) {
      // Those that the account begins with were made before.
      const from = works ? Date.now() + newKeySeconds * 1000 : 0
      works = new Map(all.map(({ accessKey }) => [accessKey, works?.get(accessKey) ?? from]))
      // One after the other: the gateway refuses a policy that names a key which it does not know yet,
      // and one while it writes another of the same bucket.
      turn = turn
        .catch(() => {})
        .then(async () => {
          keys = [...all]
          await writeAtomically(join(dir, 'spaces', 'iam', 'users.json'), accountsFile(keys))
          await Promise.all([...regions.values()].map((region) => region.sync()))
        })
      return turn
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await Promise.all([...regions.values()].map((region) => region.close()))
    },
  }
}
