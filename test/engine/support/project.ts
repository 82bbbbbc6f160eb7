import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { type Ran, type Running, start } from './processes.ts'
import { compiled, environmentOf, root, type Sandbox } from './sandbox.ts'
import { addresses } from './stack.ts'

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
  const folder = join(sandbox.dir, 'clone')
  mkdirSync(folder)
  const own = /^(\.git|\.gitignore|\.sandbox|Pulumi\..+\.yaml)$/
  for (const entry of readdirSync(root).filter((name) => !own.test(name))) {
    symlinkSync(join(root, entry), join(folder, entry))
  }
  symlinkSync(sandbox.dir, join(folder, '.sandbox'))
  for (const file of ['Pulumi.dev.yaml', 'Pulumi.preview.yaml']) {
    const settings = parse(readFileSync(join(root, file), 'utf8'))
    const config = { ...settings.config, ...addresses(sandbox) }
    writeFileSync(join(folder, file), stringify({ ...settings, config }))
  }
  const environment = { ...(await environmentOf(sandbox)), NODE_COMPILE_CACHE: compiled }
  const launch: Project['launch'] = (words, more) =>
    // Not the script: a test that kills a verb means the Node process.
    start(nodeExecutable(), [join(folder, 'ops', 'cli', 'main.ts'), ...words.split(' ')], {
      cwd: folder,
      env: { ...process.env, ...environment, ...more },
    })
  return { folder, environment, launch, padlock: (words) => launch(words).done }
}
