import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './own-site.ts'

const APP = join(import.meta.dirname, '../../../app')

/**
 * The reference app as its container runs it, on this socket; makes its environment, if it is not there.
 * @param env beside what it needs to start at all
 * @returns ends it
 */
export async function startReferenceApp(
  socket: string,
  env: Record<string, string>,
): Promise<() => Promise<void>> {
  execFileSync(join(APP, 'run-tests'), ['--collect-only'], { stdio: 'ignore' })
  rmSync(socket, { force: true })
  const log: Buffer[] = []
  const app: ChildProcess = spawn(
    join(APP, '.venv/bin/python'),
    ['-B', '-m', 'gunicorn', '--config', 'python:greeter.gunicorn_conf'],
    {
      cwd: APP,
      env: {
        PATH: process.env.PATH,
        APP_SOCKET: socket,
        APP_SECRET_KEY: '0123456789abcdef0123456789abcdef',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  for (const stream of [app.stdout, app.stderr]) stream?.on('data', (chunk) => log.push(chunk))
  await until(() => existsSync(socket)).catch(() => {
    throw new Error(Buffer.concat(log).toString())
  })
  return async () => {
    const ended = once(app, 'exit')
    app.kill('SIGTERM')
    await ended
  }
}
