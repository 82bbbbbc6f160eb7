import { builtPath, ensureBuilt, type GoProgram, pinnedVersion as pinned } from '../go-program.ts'
import type { Engine } from './path.ts'

const VERSION_SYMBOL = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version'

/** How to get a Go that is new enough; older ones fetch the one named in go.mod by themselves. */
export const GO_MISSING = [
  'No Pulumi engine was found, the vendor (get.pulumi.com) cannot be reached, and there is no',
  '`go` on PATH to build the engine with. Install either Pulumi 3.249 or later',
  '(https://www.pulumi.com/docs/iac/download-install/), or Go 1.21 or later:',
  '  Debian, Ubuntu  sudo apt-get install golang-go',
  '  Fedora          sudo dnf install golang',
  '  macOS           brew install go',
  'and run the command again.',
].join('\n')

const ENGINE: GoProgram = {
  what: 'the Pulumi engine',
  module: import.meta.dirname,
  pinned: 'github.com/pulumi/pulumi/pkg/v3',
  command: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  program: 'pulumi',
  folder: 'engine',
  ldflags: (version) => `-X ${VERSION_SYMBOL}=v${version}`,
  missing: GO_MISSING,
}

/** The version that go.mod pins, without its `v`. */
export const pinnedVersion = (): string => pinned(ENGINE)

/** Where the built engine lies in the cache; another pin or platform has another path. */
export const builtEnginePath = (cache: string): string => builtPath(cache, ENGINE)

/**
 * The engine built from its published Go module, from the cache if it is there. Takes some three
 * minutes on two cores and 3 GB of disk meanwhile, of which the engine's 113 MB stay.
 */
export async function builtEngine(
  cache: string,
  env: NodeJS.ProcessEnv,
  progress: (message: string) => void,
): Promise<Engine> {
  return { pulumi: await ensureBuilt(cache, ENGINE, env, progress), version: pinnedVersion() }
}
