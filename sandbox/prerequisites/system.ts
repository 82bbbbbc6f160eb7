import { spawn } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { which } from '../machine/programs.ts'

/** What the prerequisites' check asks of the computer and does to it. */
export interface System {
  isRoot: boolean
  /** A program's path; undefined if there is none. */
  which(program: string): Promise<string | undefined>
  /** Runs a command with no input; its exit code (127 if it cannot be started) and all its output. */
  run(command: string[]): Promise<{ code: number; output: string }>
  /** What a plain user may still write on the disk of a folder; undefined if there is no folder. */
  freeBytes(folder: string): Promise<number | undefined>
}

export const thisSystem: System = {
  isRoot: process.getuid?.() === 0,
  which,
  run([program = '', ...args]) {
    return new Promise((done) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
      }
      child.once('error', (error) => done({ code: 127, output: error.message }))
      child.once('close', (code) => done({ code: code ?? 1, output }))
    })
  },
  freeBytes: (folder) =>
    statfs(folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    ),
}
