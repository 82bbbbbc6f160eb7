/**
 * The Pulumi engine and its plugins: finds, installs or builds them, so that `pulumi up` works on
 * a computer that has none of them, and on one that cannot reach the vendor's site.
 */
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { pathWithNode } from '../../ops/engine/node.ts'
import { builtEngine, pinnedVersion } from './engine/build.ts'
import { type Engine, engineOnPath } from './engine/path.ts'
import { vendor as officialVendor, type Vendor } from './engine/vendor.ts'
import { writeLauncher } from './launcher.ts'
import { place } from './place.ts'
import { ensurePlugins, PLUGINS } from './plugins.ts'

export interface ToolchainOptions {
  /** PULUMI_HOME to fill, as in `.sandbox/pulumi`. */
  home: string
  /** Where an engine is kept from one home to the next, as in `.sandbox/cache`. */
  cache: string
  progress: (message: string) => void
  /** Default: this process's environment. */
  env?: NodeJS.ProcessEnv
}

export interface Toolchain {
  /** Path of the `pulumi` executable. */
  pulumi: string
  /** One line: the engine's version and origin, and which plugins are stand-ins. */
  summary: string
  /** Variables that commands of the engine need; PATH is whole, with the engine first and the project's Node before any other. */
  env: Record<string, string>
}

/** Origin of an engine whose language host is a stand-in. */
const BUILT = 'built from its Go module'

interface Found extends Engine {
  origin: string
}

/**
 * Makes an engine and the five provider plugins ready. In this order: a complete engine on PATH,
 * the vendor's download, the engine built from its Go module; and of the plugins all official ones
 * (the user's own, the vendor's download) or none. Nothing outside `home` and `cache` is written.
 */
export async function ensureToolchain(
  options: ToolchainOptions,
  vendor: Vendor = officialVendor,
): Promise<Toolchain> {
  const home = resolve(options.home)
  const cache = resolve(options.cache)
  const env = options.env ?? process.env
  const { progress } = options
  mkdirSync(join(home, 'plugins'), { recursive: true })
  const reachable = (await vendor.reachable()) ? vendor : undefined
  const bin = join(home, 'bin')
  const engine =
    (await onPath(env, bin)) ??
    (await downloaded(reachable, cache, env, progress)) ??
    (await built(home, cache, env, progress))
  const standIns = await ensurePlugins({
    home,
    env,
    engine: engine.pulumi,
    official: engine.origin !== BUILT,
    vendor: reachable,
    progress,
  })
  return {
    pulumi: engine.pulumi,
    summary: summarise(engine, standIns),
    env: {
      PATH: [dirname(engine.pulumi), pathWithNode(env.PATH)].filter(Boolean).join(delimiter),
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      // All plugins are in place: nothing of the same name on PATH, and no search by the engine.
      PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // The program and the stand-ins are Node programs: a third of their start is compiling.
      NODE_COMPILE_CACHE: join(home, 'compiled'),
    },
  }
}

async function onPath(env: NodeJS.ProcessEnv, except: string): Promise<Found | undefined> {
  const engine = await engineOnPath(env, except)
  return engine && { ...engine, origin: 'found on PATH' }
}

async function downloaded(
  vendor: Vendor | undefined,
  cache: string,
  env: NodeJS.ProcessEnv,
  progress: (message: string) => void,
): Promise<Found | undefined> {
  const root = join(cache, 'engine', `vendor-${pinnedVersion()}`)
  const origin = 'downloaded'
  const earlier = await engineOnPath({ ...env, PATH: join(root, 'bin') })
  if (earlier) return { ...earlier, origin }
  if (!vendor) return undefined
  progress('downloading the Pulumi engine')
  try {
    return { ...(await vendor.installEngine(root)), origin }
  } catch (error) {
    progress(`the vendor's download failed: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

/**
 * A built engine looks for its language host beside itself. The host's launcher belongs to this
 * project and the cache may be shared, so the engine gets a name in this home as well.
 */
async function built(
  home: string,
  cache: string,
  env: NodeJS.ProcessEnv,
  progress: (message: string) => void,
): Promise<Found> {
  const engine = await builtEngine(cache, env, progress)
  const pulumi = join(home, 'bin', 'pulumi')
  place(engine.pulumi, pulumi)
  const host = join(import.meta.dirname, 'language', 'main.ts')
  writeLauncher(join(home, 'bin', 'pulumi-language-nodejs'), host)
  return { pulumi, version: engine.version, origin: BUILT }
}

function summarise(engine: Found, standIns: string[]): string {
  const kind = standIns.length > 0 ? 'stand-in' : 'official'
  return `Pulumi ${engine.version} (${engine.origin}), ${kind} plugins ${PLUGINS.join(', ')}`
}
