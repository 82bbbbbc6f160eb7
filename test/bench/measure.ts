import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Cost {
  /** From the start to the end. */
  wallSeconds: number
  /** Processor time of the command and of all processes that it started, user and system. */
  cpuSeconds: number
}

/**
 * Runs a command to its end.
 * @throws Error with what it printed, if it fails
 */
export async function measure(
  command: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Cost> {
  const began = performance.now()
  // The second line of `times` is of the shell's children and theirs (POSIX.1-2024, times).
  const child = spawn('sh', ['-c', '"$@" >&2 || exit; times', 'sh', ...command], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [times, said, status] = await Promise.all([text(child.stdout), text(child.stderr), code])
  if (status !== 0) throw new Error(`${command.join(' ')} fails:\n${said.slice(-4000)}`)
  const wallSeconds = (performance.now() - began) / 1000
  const ofChildren = times.split('\n')[1] ?? ''
  return { wallSeconds, cpuSeconds: ofChildren.split(' ').map(seconds).reduce(sum) }
}

export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2
}

/** `1m2.50s` */
function seconds(time: string): number {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(time) ?? []
  if (rest === undefined) throw new Error(`not a time of sh: ${time}`)
  return Number(minutes) * 60 + Number(rest)
}

function sum(a: number, b: number): number {
  return a + b
}
