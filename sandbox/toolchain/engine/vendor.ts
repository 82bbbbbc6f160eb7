import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pinnedVersion } from './build.ts'
import type { Engine } from './path.ts'

/** Where the vendor offers its binaries, as far as the toolchain asks; tests have one of their own. */
export interface Vendor {
  /** Does the vendor's site answer? Decided within five seconds. */
  reachable(): Promise<boolean>
  /** Installs the engine with its language hosts into the folder, unless it is there. */
  installEngine(root: string): Promise<Engine>
  /** Installs a resource plugin into PULUMI_HOME. */
  installPlugin(engine: string, plugin: PluginVersion, env: NodeJS.ProcessEnv): Promise<void>
}

export interface PluginVersion {
  name: string
  /** Without a leading `v`. */
  version: string
}

export const vendor: Vendor = {
  async reachable() {
    try {
      const answer = await fetch('https://get.pulumi.com/install.sh', {
        method: 'HEAD',
        signal: AbortSignal.timeout(5_000),
      })
      return answer.ok
    } catch {
      return false
    }
  },
  async installEngine(root) {
    // Half a second to load: only where it is needed.
    const { PulumiCommand } = await import('@pulumi/pulumi/automation/index.js')
    const semver = await import('semver')
    const version = new semver.default.SemVer(pinnedVersion())
    const command = await PulumiCommand.install({ root, version })
    return { pulumi: join(root, 'bin', 'pulumi'), version: String(command.version) }
  },
  async installPlugin(engine, { name, version }, env) {
    const args = ['plugin', 'install', 'resource', name, version]
    await promisify(execFile)(engine, args, { env, timeout: 600_000 })
  },
}
