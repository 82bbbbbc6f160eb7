import { ensureBuilt, type GoProgram } from '../../toolchain/go-program.ts'

const GATEWAY: GoProgram = {
  what: 'versitygw',
  module: import.meta.dirname,
  pinned: 'github.com/versity/versitygw',
  command: 'github.com/versity/versitygw/cmd/versitygw',
  program: 'versitygw',
  folder: 'versitygw',
  missing:
    'There is no `go` on PATH to build versitygw with, the S3 server of the sandbox. Install Go 1.21 ' +
    'or later (Debian, Ubuntu: sudo apt-get install golang-go) and try again.',
}

/**
 * The path of the S3 server, from the cache if it is there. A build takes about four minutes on two
 * cores; 45 MB of it stay.
 */
export const ensureGateway = (
  cache: string,
  progress: (message: string) => void,
): Promise<string> => ensureBuilt(cache, GATEWAY, process.env, progress)

export const GATEWAY_PROGRAM = GATEWAY
