import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { run } from '../../../sandbox/run.ts'
import { root } from '../../engine/support/sandbox.ts'

/** A machine that runs a stack, with the programs of the folder machine/ on it. */
export interface Host {
  /** Runs one as root; its output, line by line. @throws Error with what it says, if it fails */
  program(words: string[], line?: (line: string) => void): Promise<string[]>
}

const FOLDER = '/var/tmp/padlock-bench'

/**
 * Brings the programs there.
 * @param login the stack's sshCommand
 * @param env with which that works
 */
export async function hostOf(login: string, env: NodeJS.ProcessEnv): Promise<Host> {
  const packed = mkdtempSync(join(tmpdir(), 'padlock-bench-'))
  try {
    cpSync(join(import.meta.dirname, 'machine'), packed, { recursive: true })
    const seen = (path: string) => !/__pycache__/.test(path)
    cpSync(join(root, 'app/greeter'), join(packed, 'app/greeter'), {
      recursive: true,
      filter: seen,
    })
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
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    told(line)
  })
  const code = new Promise<number | null>((done) => child.on('close', done))
  child.stdin.on('error', () => undefined)
  child.stdin.end(script)
  if ((await code) !== 0) throw new Error(`the machine says:\n${await errors}`)
  return lines
}
