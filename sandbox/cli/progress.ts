import { stderr } from 'node:process'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100
/** Without a terminal, a phase that goes on says so this often. */
const QUIET_MS = 30_000

interface Running {
  title: string
  detail: string
  start: number
  told: number
}

const running = new Set<Running>()
let timer: NodeJS.Timeout | undefined
let drawn = 0

/**
 * Shows a piece of work with its time: a spinner line in a terminal, plain lines elsewhere. Phases
 * may run side by side.
 * @param work gets a function that says what it does at the moment
 */
export async function phase<T>(
  title: string,
  work: (update: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const one: Running = { title, detail: '', start: Date.now(), told: Date.now() }
  running.add(one)
  if (!stderr.isTTY) stderr.write(`${title} ...\n`)
  tick()
  try {
    const result = await work((detail) => {
      if (detail === one.detail) return
      one.detail = detail
      if (!stderr.isTTY && detail) say(one)
    })
    finish(one, '✓')
    return result
  } catch (error) {
    finish(one, '✗')
    throw error
  }
}

function tick(): void {
  timer ??= setInterval(() => (stderr.isTTY ? draw() : remind()), FRAME_MS).unref()
}

function finish(one: Running, mark: string): void {
  running.delete(one)
  erase()
  stderr.write(`${mark} ${one.title} (${seconds(one)} s)\n`)
  if (running.size > 0) return
  clearInterval(timer)
  timer = undefined
}

function draw(): void {
  erase()
  const frame = FRAMES[Math.floor(Date.now() / FRAME_MS) % FRAMES.length]
  for (const one of running) {
    const line = `${frame} ${one.title} (${seconds(one)} s)${one.detail ? ` ${one.detail}` : ''}`
    stderr.write(`${line.slice(0, (stderr.columns ?? 80) - 1)}\n`)
    drawn++
  }
}

/** Cursor up and clear to the end of the screen (ECMA-48 CUU, ED). */
function erase(): void {
  if (drawn > 0) stderr.write(`\x1b[${drawn}A\x1b[J`)
  drawn = 0
}

function remind(): void {
  for (const one of running) if (Date.now() - one.told > QUIET_MS) say(one)
}

function say(one: Running): void {
  one.told = Date.now()
  stderr.write(`  ${one.title} (${seconds(one)} s)${one.detail ? `: ${one.detail}` : ''}\n`)
}

function seconds(one: Running): number {
  return Math.round((Date.now() - one.start) / 1000)
}
