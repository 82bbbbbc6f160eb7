import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentOf, type Sandbox, startSandbox } from '../../engine/support/sandbox.ts'
import { openStack, type Stack } from '../../engine/support/stack.ts'
import { MIGRATE } from '../../long/reference-app.ts'
import { hostWith, type Machine } from '../host.ts'

/** The reference app with a database on its host, on an emulated droplet. */
export interface Deployed {
  sandbox: Sandbox
  stack: Stack
  host: Machine
  /** That the first update took. */
  seconds: number
  end(): Promise<void>
}

/** Rows, their log, one more backup and what a restore needs. */
const VOLUME_GIB = 10
/** Until what an update has begun is over, seconds. */
const CALM = 60

/** A machine with the programs of the folder machine/ on it. */
export const hostOf = (login: string, env: NodeJS.ProcessEnv): Promise<Machine> =>
  hostWith(login, env, { '.': join(import.meta.dirname, 'machine') })

/** @param settings more of the stack's */
export async function machine(
  size: string,
  settings: Record<string, unknown> = {},
): Promise<Deployed> {
  const sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  try {
    const stack = await openStack(sandbox, 'bench')
    stack.set({
      ...{ size, volume: VOLUME_GIB, database: 'local', releaseCommand: MIGRATE },
      ...{ backups: 'spaces', backupRegion: 'fra1', protect: false, ...settings },
    })
    const { seconds } = await stack.up()
    await sleep(CALM * 1000)
    const { sshCommand } = await stack.outputs()
    const env = { ...process.env, ...(await environmentOf(sandbox)) }
    const host = await hostOf(sshCommand!, env)
    return { sandbox, stack, host, seconds, end: () => sandbox.stop() }
  } catch (error) {
    await sandbox.stop()
    throw error
  }
}
