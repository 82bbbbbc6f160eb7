import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { PluginVersion, Vendor } from './engine/vendor.ts'
import { isLauncher, writeLauncher } from './launcher.ts'
import { place } from './place.ts'

/** The provider plugins that the stack's packages talk to. */
export const PLUGINS = ['digitalocean', 'auth0', 'tls', 'random', 'command'] as const

export interface PluginOptions {
  home: string
  env: NodeJS.ProcessEnv
  /** Path of the engine that installs the official plugins. */
  engine: string
  /** Is the engine with its language host the vendor's? */
  official: boolean
  /** Undefined where the vendor cannot be reached. */
  vendor: Vendor | undefined
  progress: (message: string) => void
}

/**
 * Puts the five plugins into PULUMI_HOME, at the versions that the npm packages ask for: the
 * official ones if the engine is official too and all five are the user's own or can be downloaded,
 * else our stand-ins for all. A mixture could reach a real account and make its keys here; with all
 * five the stand-in of DigitalOcean rejects every endpoint that is not on this computer.
 * @returns the names of those that are stand-ins
 */
export async function ensurePlugins(options: PluginOptions): Promise<string[]> {
  const plugins = PLUGINS.map((name) => ({ name, version: wantedVersion(name) }))
  if (options.official && (await allOfficial(plugins, options))) return []
  for (const plugin of plugins) {
    const path = executable(options.home, plugin)
    if (isOfficial(path)) rmSync(folder(options.home, plugin), { recursive: true, force: true })
    writeLauncher(path, standIn(plugin.name))
  }
  return [...PLUGINS]
}

async function allOfficial(plugins: PluginVersion[], options: PluginOptions): Promise<boolean> {
  for (const plugin of plugins) if (!(await ensureOfficial(plugin, options))) return false
  return true
}

async function ensureOfficial(plugin: PluginVersion, options: PluginOptions): Promise<boolean> {
  const { home, env, progress } = options
  const target = executable(home, plugin)
  if (existsSync(target) && !isLauncher(target)) return true
  const own = env.PULUMI_HOME ?? join(env.HOME ?? homedir(), '.pulumi')
  if (resolve(own) !== resolve(home) && isOfficial(executable(own, plugin))) {
    rmSync(folder(home, plugin), { recursive: true, force: true })
    adopt(folder(own, plugin), folder(home, plugin))
    return true
  }
  if (!options.vendor) return false
  progress(`downloading the ${plugin.name} plugin ${plugin.version}`)
  const stale = isLauncher(target)
  try {
    if (stale) rmSync(folder(home, plugin), { recursive: true, force: true })
    await options.vendor.installPlugin(options.engine, plugin, { ...env, PULUMI_HOME: home })
    return existsSync(target)
  } catch (error) {
    progress(`no ${plugin.name} plugin from the vendor (${firstLine(error)}): stand-ins serve`)
    return false
  }
}

function isOfficial(path: string): boolean {
  return existsSync(path) && !isLauncher(path)
}

/** The version in the npm package's own `pulumi.version`, which the SDK asks the engine for. */
export function wantedVersion(name: string): string {
  const require = createRequire(join(import.meta.dirname, 'plugins.ts'))
  const manifest = require.resolve(`@pulumi/${name}/package.json`)
  return JSON.parse(readFileSync(manifest, 'utf8')).pulumi.version
}

function standIn(name: string): string {
  return join(import.meta.dirname, 'standins', name, 'main.ts')
}

function folder(home: string, { name, version }: PluginVersion): string {
  return join(home, 'plugins', `resource-${name}-v${version}`)
}

function executable(home: string, plugin: PluginVersion): string {
  return join(folder(home, plugin), `pulumi-resource-${plugin.name}`)
}

function adopt(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile()) place(join(from, entry.name), join(to, entry.name))
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!
}
