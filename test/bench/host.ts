import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { run } from '../../sandbox/run.ts'
import { root } from '../engine/support/sandbox.ts'

/** A machine that runs a stack, with the programs of a measurement on it. */
export interface Host {
  /** Runs one as root; its output, line by line. @throws Error with what it says, if it fails */
  program(words: string[], line?: (line: string) => void): Promise<string[]>
}

export interface Machine extends Host {
  /** A line of shell, as the login's own user. */
  command(line: string): Promise<string[]>
}

const FOLDER = '/var/tmp/padlock-bench'
/** What a shell that somebody logs in to prints of itself comes before it. */
const BEGINS = 'bench begins'

/**
 * Brings the programs there.
 * @param login the stack's sshCommand
 * @param env with which that works
 * @param folders what comes there: by the folder that they become, folders of this computer
 */
export async function hostWith(
  login: string,
  env: NodeJS.ProcessEnv,
  folders: Record<string, string>,
): Promise<Machine> {
  const packed = mkdtempSync(join(tmpdir(), 'padlock-bench-'))
  try {
    const filter = (path: string) => !/__pycache__/.test(path)
    for (const [place, folder] of Object.entries(folders)) {
      cpSync(folder, join(packed, place), { recursive: true, filter })
    }
    const archive = join(packed, '..', `${packed.split('/').at(-1)}.tar.gz`)
    await run('tar', ['--create', '--gzip', '--file', archive, '--directory', packed, '.'])
    const bytes = await text(spawn('base64', [archive]).stdout)
    rmSync(archive)
    await shell(
      login,
      env,
      `sudo mkdir -p ${FOLDER}\nbase64 -d <<'E' | sudo tar xz -C ${FOLDER}\n${bytes}E\n`,
    )
  } finally {
    rmSync(packed, { recursive: true, force: true })
  }
  return {
    command: (line) => shell(login, env, `${line}\n`),
    program: (words, line) =>
      shell(login, env, `sudo python3 -B ${FOLDER}/${words.join(' ')} </dev/null\n`, line),
  }
}

async function shell(
  login: string,
  env: NodeJS.ProcessEnv,
  script: string,
  told: (line: string) => void = () => {},
): Promise<string[]> {
  const child = spawn('sh', ['-c', login], { cwd: root, env })
  const errors = text(child.stderr)
  const lines: string[] = []
  let begun = false
  createInterface(child.stdout).on('line', (line) => {
    if (begun) {
      lines.push(line)
      told(line)
    }
    begun ||= line === BEGINS
  })
  const code = new Promise<number | null>((done) => child.on('close', done))
  child.stdin.on('error', () => undefined)
  child.stdin.end(`echo '${BEGINS}'\n${script}`)
  if ((await code) !== 0) throw new Error(`the machine says:\n${await errors}`)
  return lines
}
