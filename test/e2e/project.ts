import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, sh } from './shell.ts'

/** A copy of the project, as another commit would be checked out; relative to it. */
export const COPY = '.sandbox/e2e/project'
const LEFT_OUT = /(^|\/)(\.git|\.sandbox|node_modules|\.venv|__pycache__|\.pytest_cache|test)(\/|$)/

/**
 * Copies the project; packages and sandbox are those of the original.
 * @param stackFile the settings of its dev stack
 */
export function copyProject(stackFile: string): void {
  const copy = join(root, COPY)
  rmSync(copy, { recursive: true, force: true })
  for (const name of PARTS) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.test(path.slice(root.length)),
    })
  }
  // A clone of its own would say the same once, as a backend inside a folder is that folder's.
  const settings = readFileSync(join(root, stackFile), 'utf8').trimEnd()
  writeFileSync(join(copy, 'Pulumi.dev.yaml'), `${settings}\n  owner: ${owner()}\n`)
  for (const name of ['node_modules', '.sandbox']) symlinkSync(join(root, name), join(copy, name))
}

/** The owner that the dev stack's state names. */
function owner(): string {
  const line = '. .sandbox/env && pulumi stack export --stack dev'
  const state = JSON.parse(execFileSync('bash', ['-c', line], { cwd: root, encoding: 'utf8' }))
  return state.deployment.resources.find(
    ({ type }: { type: string }) => type === 'padlock:index:Deployment',
  ).inputs.owner
}

const PARTS = [
  ...['Pulumi.yaml', 'package.json', 'start.js', 'index.ts', 'padlock', 'app'],
  ...['cloud-init', 'components', 'config', 'host', 'ops', 'policy'],
]

/** Replaces a text in a file of the copy. */
export function edit(path: string, from: string, to: string): void {
  const file = join(root, COPY, path)
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${path} has no "${from}"`)
  writeFileSync(file, text.replace(from, to))
}

/** A line in the copy's folder, with the environment of the sandbox. */
export const inCopy = (line: string, minutes = 10) =>
  sh(`. .sandbox/env && cd ${COPY} && ${line}`, { minutes })
