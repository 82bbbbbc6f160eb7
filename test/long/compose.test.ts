/**
 * compose.yaml in a real engine: the reference app with a login at the sandbox's tenant by a real
 * browser, and one of the examples, each as closed as on a host.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../../sandbox/deployment/environment.ts'
import { freePort } from '../../sandbox/ports.ts'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { node } from '../../sandbox/registry/images/node.ts'
import { python } from '../../sandbox/registry/images/python.ts'
import { logIn, openBrowser, type Window } from '../e2e/browser.ts'
import { type Run, runSandbox } from '../sandbox/machine/daemon-process.ts'
import { containerEngine, type Engine } from '../support/container-engine.ts'

jest.setTimeout(900_000)
const ROOT = join(import.meta.dirname, '../..')
let home: string
let project: string
let sandbox: Run
let engine: Engine
let browser: Window

beforeAll(async () => {
  await ensurePrerequisites(['podman', 'python-venv', 'chromium', 'certutil'], console.log)
  home = mkdtempSync(join(tmpdir(), 'padlock-compose-'))
  project = join(home, 'project')
  for (const name of ['compose.yaml', 'app', 'examples/express']) {
    const filter = (from: string) => !/\/(\.venv|__pycache__|node_modules)$/.test(from)
    cpSync(join(ROOT, name), join(project, name), { recursive: true, filter })
  }
  const dir = join(project, '.sandbox')
  sandbox = runSandbox('--dir', dir, '--ports', 'auto', '--machines', 'none')
  await sandbox.ready
  mkdirSync(join(home, 'engine'))
  engine = await containerEngine(cacheFolder(), join(home, 'engine'))
  browser = await openBrowser(join(dir, 'ca', 'root.pem'))
})
afterAll(async () => {
  await browser?.close()
  await engine?.close()
  sandbox?.child.kill('SIGTERM')
  await sandbox?.ended
  rmSync(home, { recursive: true, force: true })
})

async function answers(url: string): Promise<string> {
  for (let turn = 0; turn < 120; turn++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return answer.text()
    await sleep(500)
  }
  throw new Error(`${url} does not answer:\n${await engine.podman('ps', '--all')}`)
}

/** What a process in the container has, and may. */
async function closed(service: string) {
  const name = `padlock_${service}_1`
  const script = `touch /new 2>&1; touch /tmp/new && echo /tmp takes it
cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes
grep -E '^(CapBnd|NoNewPrivs)' /proc/1/status`
  return (await engine.podman('exec', name, 'sh', '-c', script)).split('\n')
}
const CLOSED = [
  expect.stringContaining('Read-only file system'),
  '/tmp takes it',
  String(256 * 2 ** 20),
  expect.stringMatching(/^CapBnd:\s+0+$/),
  expect.stringMatching(/^NoNewPrivs:\s+1$/),
]

test('the reference app runs with the environment of a host, and a person logs in', async () => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  execFileSync(
    join(ROOT, 'node_modules/.bin/node'),
    [join(ROOT, 'sandbox/cli/main.ts'), 'laptop', '--port', `${port}`],
    { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const base = await engine.image(python, '3.13-slim')
  await engine.compose(project, ['up', '--build', '--detach', 'app'], {}, [`BASE=${base}`])
  await answers(`http://127.0.0.1:${port}/readyz`)
  const page = await browser.visit()
  await logIn(page, url, 'ada@example.com', 'sandbox')
  await page.waitForURL(`${url}/home`)
  await page.getByText('Hello, Ada').waitFor()
  expect(await closed('app')).toEqual(CLOSED)
  await engine.compose(project, ['down'])
  expect(await engine.podman('ps', '--all', '--quiet')).toBe('')
})

test('an example runs from its own build file, at the port that it is told', async () => {
  await engine.image(node, '24-slim')
  const port = await freePort()
  const env = { EXAMPLE: 'express', EXAMPLE_PORT: `${port}` }
  const up = ['--profile', 'example', 'up', '--build', '--detach', 'example']
  await engine.compose(project, up, env)
  expect(await answers(`http://127.0.0.1:${port}/`)).toContain('express at http://')
  expect(await closed('example')).toEqual(CLOSED)
  await engine.compose(project, ['--profile', 'example', 'down'], env)
  expect(await engine.podman('ps', '--all', '--quiet')).toBe('')
})
