import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { type Ran, type Running, start } from './processes.ts'
import { compiled, environmentOf, root, type Sandbox } from './sandbox.ts'
import { addresses, settingsOf } from './stack.ts'

export interface Project {
  folder: string
  /** What `. .sandbox/env` would set. */
  environment: Record<string, string>
  /** An operators' verb of ./padlock, to its end. */
  padlock(words: string): Promise<Ran>
  /** The same, while it runs, with further variables. */
  launch(words: string, environment?: Record<string, string>): Running
}

/**
 * A folder that looks like a clone of this project to ./padlock and the engine, with a sandbox of
 * the test's own: the settings files that environments write go there.
 */
export async function openProject(sandbox: Sandbox): Promise<Project> {
  const folder = clone(sandbox, 'clone')
  for (const file of SETTINGS) {
    const { config, ...rest } = settingsOf(file)
    save(join(folder, file), { ...rest, config: { ...config, ...addresses(sandbox) } })
  }
  return open(folder, sandbox)
}

/**
 * The same under another name: that one line of Pulumi.yaml is changed, and in the settings files,
 * which have no prefix, what differs in this sandbox.
 */
export async function openRenamed(sandbox: Sandbox, name: string): Promise<Project> {
  const folder = clone(sandbox, name)
  const file = join(folder, 'Pulumi.yaml')
  const text = readFileSync(file, 'utf8').replace(/^name: .*/, `name: ${name}`)
  rmSync(file)
  writeFileSync(file, text)
  const { 'padlock:owner': _, ...others } = addresses(sandbox)
  const entries = Object.entries(others).map(([key, value]) => [
    key.replace(/^padlock:/, ''),
    value,
  ])
  for (const settings of SETTINGS) {
    const { config, ...rest } = parse(readFileSync(join(root, settings), 'utf8'))
    save(join(folder, settings), { ...rest, config: { ...config, ...Object.fromEntries(entries) } })
  }
  return open(folder, sandbox)
}

const SETTINGS = ['Pulumi.dev.yaml', 'Pulumi.preview.yaml']
const save = (file: string, settings: object) => writeFileSync(file, stringify(settings))

function clone(sandbox: Sandbox, called: string): string {
  const folder = join(sandbox.dir, called)
  mkdirSync(folder)
  const own = /^(\.git|\.gitignore|\.sandbox|Pulumi\..+\.yaml)$/
  for (const entry of readdirSync(root).filter((name) => !own.test(name))) {
    symlinkSync(join(root, entry), join(folder, entry))
  }
  symlinkSync(sandbox.dir, join(folder, '.sandbox'))
  return folder
}

async function open(folder: string, sandbox: Sandbox): Promise<Project> {
  const environment = { ...(await environmentOf(sandbox)), NODE_COMPILE_CACHE: compiled }
  const launch: Project['launch'] = (words, more) =>
    // Not the script: a test that kills a verb means the Node process.
    start(nodeExecutable(), [join(folder, 'ops', 'cli', 'main.ts'), ...words.split(' ')], {
      cwd: folder,
      env: { ...process.env, ...environment, ...more },
    })
  return { folder, environment, launch, padlock: (words) => launch(words).done }
}
