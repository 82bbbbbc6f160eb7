import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openControl, readSandbox, type SandboxFile } from '../control.ts'

const POLL_MS = 250
/** A base image is made within this, even on a slow computer; a start alone takes seconds. */
const LIMIT_MS = 20 * 60_000

/**
 * Starts the sandbox of a folder in the background and waits until every part is ready; content
 * with one that runs already.
 * @param flags of sandbox/main.ts beside --dir
 * @throws Error with the last lines of its log
 */
export async function startSandbox(
  dir: string,
  update: (detail: string) => void,
  flags: string[] = [],
): Promise<SandboxFile> {
  const log = join(dir, 'logs', 'sandbox.log')
  mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 })
  const output = openSync(log, 'a', 0o600)
  const main = join(import.meta.dirname, '..', 'main.ts')
  const child = spawn(process.execPath, [main, '--dir', dir, ...flags], {
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let exit: number | undefined
  child.on('exit', (code) => {
    exit = code ?? 1
  })
  child.unref()

  const deadline = Date.now() + LIMIT_MS
  while (Date.now() < deadline) {
    // Exit code 0: another one runs on this folder already.
    if (exit !== undefined && exit !== 0) throw new Error(lastWords(log))
    const file = await readSandbox(dir)
    const waiting = file ? await unready(dir) : 'starting'
    if (file && waiting === undefined) return file
    update(waiting ?? '')
    await sleep(POLL_MS)
  }
  throw new Error(`the sandbox is not ready after ${LIMIT_MS / 60_000} minutes; its log is ${log}`)
}

/** What is being waited for, in a few words; undefined when all is ready. */
async function unready(dir: string): Promise<string | undefined> {
  const status = await openControl(dir)
    .status()
    .catch(() => undefined)
  if (!status?.ready) return 'starting'
  const failed = status.parts.find((part) => part.state === 'failed')
  if (failed) throw new Error(`${failed.name}: ${failed.detail}`)
  const busy = status.parts.find((part) => part.state === 'starting' || part.state === 'preparing')
  return busy && `${busy.name}${busy.detail ? `: ${busy.detail}` : ''}`
}

function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  const last = lines.findLast((line) => line.startsWith('error: '))
  return last ? last.slice('error: '.length) : `the sandbox ended:\n${lines.slice(-8).join('\n')}`
}
