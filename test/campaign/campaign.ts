import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { openEnvironments } from '../../ops/cli/env/open.ts'
import type { Context } from '../../ops/environments/context.ts'
import { openProject } from '../engine/support/project.ts'
import { type Sandbox, startSandbox } from '../engine/support/sandbox.ts'

export interface Campaign {
  sandbox: Sandbox
  /** What the accounts held before the first run. */
  given: string[]
  /** The verbs' own context; opening it removes the lock of an engine that was killed. */
  open(): Promise<Context>
  /** With which the engine is started by hand. */
  place(stack: string): Promise<{ environment: Record<string, string>; stateFile: string }>
  close(): Promise<void>
}

/** Accounts on this computer for many runs; the working directory becomes the project's. */
export async function openCampaign(): Promise<Campaign> {
  const sandbox = await startSandbox()
  const before = process.cwd()
  const { folder, environment } = await openProject(sandbox)
  process.chdir(folder)
  // The verbs' modules run in this process, which has its roots since its start.
  Object.assign(process.env, environment)
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(sandbox.file.ca, 'utf8')])
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  return {
    sandbox,
    given: await sandbox.things(),
    open: () => openEnvironments({ quiet: true }),
    place: async (stack) => ({
      environment,
      stateFile: join(sandbox.dir, `state/.pulumi/stacks/padlock/${stack}.json`),
    }),
    async close() {
      process.chdir(before)
      await sandbox.stop()
    },
  }
}
