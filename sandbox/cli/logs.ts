import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const DIR = '.sandbox'

export const help = `padlock sandbox logs [PART | DROPLET-ID] [-f]

Prints the sandbox's log, the log of one part (such as pebble), or the console of a droplet.
Without a name it prints the sandbox's own. -f follows.
Exit code 0: printed. 1: there is no such log; the names that are.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const follow = args.includes('-f')
  const name = args.find((arg) => arg !== '-f') ?? 'sandbox'
  const logs = available()
  const path = logs.get(name)
  if (!path) {
    console.error(
      `there is no log ${name}; there are: ${[...logs.keys()].join(', ') || 'none yet'}`,
    )
    return 1
  }
  const child = spawn('tail', follow ? ['-n', '100', '-F', path] : ['-n', '+1', path], {
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 0)))
}

function available(): Map<string, string> {
  const logs = new Map<string, string>()
  for (const file of list(join(DIR, 'logs')))
    logs.set(file.replace(/\.log$/, ''), join(DIR, 'logs', file))
  for (const id of list(join(DIR, 'machines'))) {
    const console = join(DIR, 'machines', id, 'console.log')
    if (existsSync(console)) logs.set(id, console)
  }
  return logs
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
