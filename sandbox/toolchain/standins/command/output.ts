import { status } from '@grpc/grpc-js'
import { ProviderError } from '../server/errors.ts'
import type { Context } from '../server/types.ts'

/** A logged line above this hangs the official plugin for good; here the operation fails instead. */
const LONGEST_LOGGED_LINE = 64 * 1024

export type Stream = 'stdout' | 'stderr'

/** The streams that each value of `logging` shows; any other value shows none. */
const LOGGED: Record<string, Stream[]> = {
  stdout: ['stdout'],
  stderr: ['stderr'],
  stdoutAndStderr: ['stdout', 'stderr'],
}

/** Collects what a command prints, and shows each line to the user while it runs. */
export class Output {
  readonly #chunks: Record<Stream, Buffer[]> = { stdout: [], stderr: [] }
  readonly #all: Buffer[] = []
  readonly #rest: Record<Stream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  readonly #logged: Stream[]
  readonly #log: Context<unknown>['log']
  tooLong = false

  constructor(logging: string, log: Context<unknown>['log']) {
    this.#logged = LOGGED[logging] ?? []
    this.#log = log
  }

  add(stream: Stream, chunk: Buffer): void {
    this.#chunks[stream].push(chunk)
    this.#all.push(chunk)
    if (!this.#logged.includes(stream)) return
    let rest = Buffer.concat([this.#rest[stream], chunk])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#show(rest.subarray(0, end))
      rest = rest.subarray(end + 1)
    }
    this.tooLong ||= rest.length >= LONGEST_LOGGED_LINE
    this.#rest[stream] = rest
  }

  /** Shows a last line without its newline. */
  finish(): void {
    for (const stream of this.#logged) {
      if (this.#rest[stream].length > 0) this.#show(this.#rest[stream])
    }
    if (!this.tooLong) return
    throw new Error(
      'the command printed a line of 64 KiB or more while it was logged, which hangs the official ' +
        'plugin for good: print shorter lines, or set `logging: "none"`',
    )
  }

  /** The outputs: exactly one newline is cut from the end of each. */
  results(): Record<Stream, string> {
    const text = (stream: Stream) => decode(Buffer.concat(this.#chunks[stream])).replace(/\n$/, '')
    return { stdout: text('stdout'), stderr: text('stderr') }
  }

  /** Both streams in the order of their arrival. */
  combined(): string {
    return Buffer.concat(this.#all).toString()
  }

  #show(line: Buffer): void {
    this.tooLong ||= line.length >= LONGEST_LOGGED_LINE
    void this.#log('info', line.toString().replace(/\r$/, ''), { ephemeral: true })
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new ProviderError(
      'grpc: error while marshaling: string field contains invalid UTF-8',
      status.INTERNAL,
    )
  }
}

/** The error of a command that failed: how, which command, and all that it printed. */
export function commandError(cause: string, command: string, output: Output): Error {
  return new Error(`${cause}: running ${quote(command)}:\n${output.combined()}`)
}

const SHORT: Record<number, string> = { 7: '\\a', 8: '\\b', 11: '\\v', 12: '\\f' }

/** As Go's `%q` writes a text. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00(..)|\u007f/g, (match, digits) => {
    const code = match === '\x7f' ? 127 : Number.parseInt(digits, 16)
    return SHORT[code] ?? `\\x${code.toString(16).padStart(2, '0')}`
  })
}
