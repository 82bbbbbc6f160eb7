import { posix } from 'node:path'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'
import type { Client, SFTPWrapper, Stats } from 'ssh2'

/** Status codes of SFTP (draft-ietf-secsh-filexfer-02 section 7), in the words of Go's client. */
const FAULTS: Record<number, string> = {
  2: 'file does not exist',
  3: 'permission denied',
  4: 'sftp: "Failure" (SSH_FX_FAILURE)',
}

/** The files of a host, with the errors that the official plugin reports. */
export class Remote {
  readonly #sftp: SFTPWrapper

  private constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp
  }

  static async open(client: Client): Promise<Remote> {
    return new Remote(await promisify(client.sftp.bind(client) as Opener)())
  }

  async kind(path: string): Promise<'directory' | 'other' | 'absent'> {
    try {
      const stats = await this.#call<Stats>((done) => this.#sftp.stat(path, done))
      return stats.isDirectory() ? 'directory' : 'other'
    } catch {
      return 'absent'
    }
  }

  /** Makes a directory with all its parents. */
  async makeAll(path: string): Promise<void> {
    const kind = await this.kind(path)
    if (kind === 'directory') return
    if (kind === 'other') throw new Error(`mkdir ${path}: not a directory`)
    const parent = posix.dirname(path)
    if (parent !== path) await this.makeAll(parent)
    await this.#call((done) => this.#sftp.mkdir(path, (error) => done(error ?? undefined, null)))
  }

  /** Creates a file, or empties one; its mode is left to the host. */
  async create(path: string): Promise<RemoteFile> {
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(path, 'w', done))
    return {
      write: async (content) => {
        const stream = this.#sftp.createWriteStream(path, { handle } as object)
        await new Promise<void>((resolve, reject) => {
          stream.once('error', reject).once('close', resolve)
          stream.end(content)
        })
      },
      stream: () => this.#sftp.createWriteStream(path, { handle } as object),
    }
  }

  #call<T>(work: (done: (error: Error | undefined, result: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) =>
      work((error, result) => (error ? reject(translated(error)) : resolve(result))),
    )
  }
}

export interface RemoteFile {
  write(content: Buffer): Promise<void>
  stream(): Writable
}

type Opener = (done: (error: Error | undefined, sftp: SFTPWrapper) => void) => void

function translated(error: Error & { code?: number }): Error {
  return new Error(FAULTS[error.code ?? -1] ?? error.message)
}
