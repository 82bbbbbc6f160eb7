import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const NODE = join(import.meta.dirname, '../../../node_modules/.bin/node')
const MAIN = join(import.meta.dirname, '../../../sandbox/main.ts')

/** A run of sandbox/main.ts. */
export interface Run {
  child: ChildProcess
  /** Its first line on standard output, parsed; rejects if it ends without one. */
  ready: Promise<Record<string, never> & { pid: number }>
  ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>
}

export function runSandbox(...args: string[]): Run {
  const child = spawn(NODE, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Awaited<Run['ended']>>((done) =>
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
  )
  const ready = new Promise<Awaited<Run['ready']>>((done, fail) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      if (stdout.includes('\n')) done(JSON.parse(stdout.split('\n')[0] as string))
    })
    void ended.then(() => fail(new Error(stderr)))
  })
  ready.catch(() => {})
  return { child, ready, ended }
}
