import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readIfThere, writeAtomically } from './files.ts'
import { freePort, isFree, listenerOf } from './ports.ts'

/** Every port of the sandbox: its flag, its number unless told otherwise, and what listens there. */
export const PORTS = {
  digitalocean: { flag: 'digitalocean-port', number: 8470, what: 'the DigitalOcean API' },
  auth0: { flag: 'auth0-port', number: 8471, what: 'the Auth0 tenant' },
  acme: { flag: 'acme-port', number: 8472, what: 'the ACME directory' },
  apt: { flag: 'apt-port', number: 8473, what: 'the apt repository' },
  dns: { flag: 'dns-port', number: 8474, what: 'the name server' },
  registry: { flag: 'registry-port', number: 8475, what: 'the image registry' },
  pebble: { flag: 'pebble-port', number: 8476, what: 'Pebble' },
  pebbleManagement: { flag: 'pebble-management-port', number: 8477, what: "Pebble's management" },
  duckdns: { flag: 'duckdns-port', number: 8478, what: 'the DuckDNS API' },
  issuer: { flag: 'issuer-port', number: 8479, what: 'the OpenID Connect issuer' },
  spaces: { flag: 'spaces-port', number: 8481, what: 'Spaces' },
  ssh: { flag: 'ssh-port', number: 2222, what: 'ssh to droplets' },
  http: { flag: 'http-port', number: 8080, what: 'http to droplets' },
  https: { flag: 'https-port', number: 8443, what: 'https to droplets' },
} as const

export type PortName = keyof typeof PORTS
export type Ports = Record<PortName, number>

export const HOST = '127.0.0.1'
/** Names of the sandbox's own servers; inside machines they lead to this computer. */
export const HOSTS = {
  acme: 'acme.sandbox.localhost',
  acmeStaging: 'acme-staging.sandbox.localhost',
  apt: 'apt.sandbox.localhost',
  auth0: 'login.sandbox.localhost',
  // One for all clusters, since machines learn names as they boot; the port tells them apart.
  database: 'db.sandbox.localhost',
  digitalocean: 'api.sandbox.localhost',
  issuer: 'issuer.sandbox.localhost',
  registry: 'registry.sandbox.localhost',
} as const
/** Names in the private networks of droplets: they lead somewhere inside machines alone. */
export const PRIVATE_HOSTS = { database: 'private-db.sandbox.internal' } as const

export interface Settings {
  /** Everything that the sandbox keeps; absolute. */
  dir: string
  /** What is costly to make and belongs to no sandbox in particular; absolute. */
  cache: string
  /** `qemu`, `none`, or the absolute path of a module with a `startMachines` as machine/index.ts has. */
  machines: string
  /** 0: any free one, the same as last time if it is free. */
  ports: Ports
}

export class SettingsError extends Error {}

/**
 * Reads the command line of `sandbox/main.ts`, which `padlock sandbox start` shares.
 * @throws {SettingsError} with what is wrong, what is allowed and an example
 */
export function parseSettings(args: string[], cwd = process.cwd()): Settings {
  const portNames = Object.keys(PORTS) as PortName[]
  const portFlags = portNames.map((name) => [PORTS[name].flag, { type: 'string' }] as const)
  const values = parse(args, {
    dir: { type: 'string' },
    cache: { type: 'string' },
    machines: { type: 'string' },
    ports: { type: 'string' },
    ...Object.fromEntries(portFlags),
  })
  const dir = resolve(cwd, values.dir ?? '.sandbox')
  const cache = resolve(cwd, values.cache ?? process.env.PADLOCK_CACHE ?? join(dir, 'cache'))
  const { ports } = values
  const machines = hypervisor(values.machines ?? 'qemu', cwd)
  if (ports !== undefined && ports !== 'auto') {
    throw new SettingsError(`--ports is '${ports}'; allowed is auto, or a flag for each port`)
  }
  const chosen = portNames.map((name) => {
    const text = values[PORTS[name].flag]
    const otherwise = ports === 'auto' ? 0 : PORTS[name].number
    return [name, text === undefined ? otherwise : portNumber(PORTS[name].flag, text)] as const
  })
  const clash = chosen.find(([, port], i) => port && chosen.findIndex((c) => c[1] === port) !== i)
  if (clash) {
    const names = chosen.filter(([, port]) => port === clash[1]).map(([name]) => PORTS[name].flag)
    throw new SettingsError(`port ${clash[1]} is given twice: --${names.join(' and --')}`)
  }
  return { dir, cache, machines, ports: Object.fromEntries(chosen) as Ports }
}

function parse(
  args: string[],
  options: Record<string, { type: 'string' }>,
): Record<string, string | undefined> {
  try {
    return parseArgs({ args, options, strict: true }).values as Record<string, string | undefined>
  } catch (error) {
    const flags = Object.keys(options).map((flag) => `--${flag}`)
    throw new SettingsError(`${(error as Error).message}\nFlags: ${flags.join(' ')}`)
  }
}

function hypervisor(text: string, cwd: string): string {
  if (text === 'qemu' || text === 'none') return text
  const module = resolve(cwd, text)
  if (/\.[jt]s$/.test(text) && existsSync(module)) return module
  throw new SettingsError(
    `--machines is '${text}'; allowed are qemu, none, and the path of a module that makes them`,
  )
}

function portNumber(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new SettingsError(`--${flag} is '${text}'; allowed are 1 to 65535, and 0 for any free port`)
}

/** Puts numbers in place of zeros, and keeps them in `<dir>/ports.json` for the next start. */
export async function choosePorts(settings: Settings): Promise<Ports> {
  const path = join(settings.dir, 'ports.json')
  const last = JSON.parse((await readIfThere(path)) ?? '{}') as Partial<Ports>
  const ports = { ...settings.ports }
  for (const name of Object.keys(ports) as PortName[]) {
    if (ports[name] !== 0) continue
    const before = last[name]
    const taken = new Set(Object.values(ports))
    const again = before && !taken.has(before) && (await isFree(before))
    ports[name] = again ? before : await freePort(undefined, taken)
  }
  await writeAtomically(path, JSON.stringify(ports))
  return ports
}

/** What to tell a person about an error of the start: a port in use names its holder and its flag. */
export function explain(error: NodeJS.ErrnoException & { port?: number }, ports: Ports): string {
  const { port, code } = error
  const name = (Object.keys(ports) as PortName[]).find((each) => ports[each] === port)
  if (name === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) return error.message
  const { what, flag } = PORTS[name]
  if (code === 'EACCES') {
    return `port ${port}, for ${what}, is reserved for root; choose one above 1023 with --${flag} N`
  }
  const holder = listenerOf(port as number) ?? 'another program'
  return (
    `port ${port}, for ${what}, is in use by ${holder}. ` +
    `End it, or choose another port: ./padlock sandbox start --${flag} N (0 takes any free one)`
  )
}
