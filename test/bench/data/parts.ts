import type { Host } from '../host.ts'
import { type Step, stepsTable } from './backup.ts'
import { handOvers } from './hand-over.ts'
import { type Kills, killsAreGood, killsTable } from './kills.ts'
import type { Deployed } from './machine.ts'
import { beyondBuffers, GOAL_MB, type ServerMemory, serverMemoryTable } from './memory.ts'
import { migrationsUnderLoad } from './migrations.ts'
import { type Writes, writesTable } from './writes.ts'

export interface PartOptions {
  /** Of writes and hand-overs. */
  rounds: number
  seconds: number
  clients: number
  kills: number
  /** Of rows that are backed up and restored. */
  mib: number
  /** With a migration each, and requests that the load is to make meanwhile. */
  releases: number
  requests: number
}

/** What a part prints, and whether it reached its goal, where it has one. */
export interface Result {
  text: string
  good: boolean
}

/** Parts that need a PostgreSQL and no more. */
export const PARTS: Record<string, (host: Host, options: PartOptions) => Promise<Result>> = {
  memory: async (host) => {
    const found: ServerMemory = JSON.parse((await host.program(['memory.py', '20', '3'])).at(-1)!)
    const { megabytes } = beyondBuffers(found)
    return { text: serverMemoryTable(found), good: megabytes <= GOAL_MB }
  },
  writes: async (host, { rounds, seconds, clients }) => {
    const words = ['writes.py', ...[rounds, seconds, clients].map(String)]
    const runs = await lines<Writes>(host, words)
    return { text: writesTable(runs), good: runs.every(({ failed }) => failed === 0) }
  },
  backup: async (host, { mib }) => {
    const steps = await lines<Step>(host, ['backup.py', String(mib)])
    return { text: stepsTable(steps), good: steps.some(({ step }) => step === 'restore') }
  },
  kills: async (host, { kills }) => {
    const found: Kills = JSON.parse((await host.program(['kills.py', String(kills)])).at(-1)!)
    return { text: killsTable(found), good: killsAreGood(found) }
  },
}

/** Of each of four loads; an emulated processor that has more to do makes no release. */
const PACE = 1

/** Parts that need the whole deployment, and that it is ours. */
export const WHOLE: Record<string, (deployed: Deployed, options: PartOptions) => Promise<Result>> =
  {
    'hand-over': (deployed, { rounds }) => handOvers(deployed, rounds),
    // The last one: it leaves a database with migrations that the project's app has not.
    migrations: (deployed, { releases, requests }) =>
      migrationsUnderLoad(deployed, { releases, requests, interval: 5, pace: PACE }),
  }

async function lines<T>(host: Host, words: string[]): Promise<T[]> {
  const all = await host.program(words, (line) => console.error(line))
  return all.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as T)
}
