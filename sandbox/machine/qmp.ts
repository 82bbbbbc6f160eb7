import type { Socket } from 'node:net'
import { connectUnix } from './unix-socket.ts'

/** One conversation in the QEMU Machine Protocol, ready for commands. */
export interface Qmp {
  /**
   * Runs a command and resolves to its return value; rejects with QEMU's own description of what
   * is wrong, or if the machine ends before it answers.
   */
  execute(command: string, args?: Record<string, unknown>): Promise<unknown>
  /** A command of the human monitor, which has some that the protocol has not; its output. */
  human(line: string): Promise<string>
  close(): void
}

/**
 * Opens the monitor's socket, which serves one client after the other.
 * @param timeoutMs for the connection and for each answer
 */
export async function openQmp(path: string, timeoutMs = 15_000): Promise<Qmp> {
  const socket = await connectUnix(path)
  const answers = replies(socket, timeoutMs)
  try {
    await answers.next('the greeting')
  } catch (error) {
    socket.destroy()
    throw error
  }
  const execute = async (command: string, args?: Record<string, unknown>): Promise<unknown> => {
    socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`)
    const reply = await answers.next(command)
    if (reply.error) throw new Error(`QEMU refuses ${command}: ${reply.error.desc}`)
    return reply.return
  }
  await execute('qmp_capabilities')
  return {
    execute,
    human: async (line) =>
      String(await execute('human-monitor-command', { 'command-line': line })).trim(),
    close: () => socket.destroy(),
  }
}

interface Reply {
  QMP?: unknown
  event?: string
  return?: unknown
  error?: { desc: string }
}

/** The protocol's lines one by one, without the events that come in between. */
function replies(socket: Socket, timeoutMs: number) {
  const lines: Reply[] = []
  let text = ''
  let ended: Error | undefined
  let wake = () => {}
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const parts = (text + chunk).split('\n')
    text = parts.pop() ?? ''
    for (const part of parts.filter((each) => each.trim())) {
      const reply = JSON.parse(part) as Reply
      if (reply.event === undefined) lines.push(reply)
    }
    wake()
  })
  socket.on('error', (error) => {
    ended = error
    wake()
  })
  socket.on('close', () => {
    ended ??= new Error('the machine ended')
    wake()
  })
  return {
    async next(what: string): Promise<Reply> {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const line = lines.shift()
        if (line) return line
        if (ended) throw new Error(`${what}: ${ended.message}`)
        const left = deadline - Date.now()
        if (left <= 0) throw new Error(`${what}: QEMU's monitor gave no answer in ${timeoutMs} ms`)
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((done) => {
          wake = done
          timer = setTimeout(done, left)
        })
        clearTimeout(timer)
      }
    },
  }
}
