/** A stack as a move of its rows has to do with it. */
import { ask, outputsOf } from '../cli/login.ts'
import { capture, type Result } from '../engine/pulumi.ts'
import { order } from './order.ts'
import { update } from './update.ts'

export type Kind = 'local' | 'managed'
const KINDS: readonly string[] = ['local', 'managed']

/** Keys `database` and `databaseBeside`. */
export interface Chosen {
  database: Kind | 'none'
  beside: Kind | 'none'
}

export interface MovingStack {
  name: string
  chosen(): Promise<Chosen>
  /** Keys that are set, and refused beside a database that is not on the host (config/seed/rules.ts). */
  ofLocal(): Promise<string[]>
  /** Writes both keys into the stack's settings. */
  choose(chosen: Chosen): Promise<void>
  /**
   * `pulumi up`; its exit code.
   * @throws LockedError where another update is at work
   */
  update(): Promise<number>
  /**
   * A verb of the host's program `move`.
   * @returns undefined where the host has no such program, as it reaches no managed database yet
   */
  host(verb: string, input?: string): Promise<Result | undefined>
  /** What the host's program takes; it holds passwords. */
  order(from: Kind, to: Kind, replace: boolean): Promise<string>
  say(text: string): void
}

/** A stack of the backend that one is logged in to. */
export function stackNamed(name: string): MovingStack {
  const own = ['--stack', name]
  const settings = async (): Promise<(key: string) => string | undefined> => {
    const found: Record<string, { value?: string }> = JSON.parse(await config(['--json']))
    return (key) => Object.entries(found).find(([full]) => full.endsWith(`:${key}`))?.[1].value
  }
  const config = async (words: string[]) => {
    const { code, stdout, stderr } = await capture(['config', ...words, ...own])
    if (code !== 0) throw new Error(`the settings of ${name} cannot be read:\n${stderr.trim()}`)
    return stdout
  }
  return {
    name,
    async chosen() {
      const value = await settings()
      const kind = (key: string) => {
        const found = value(key) ?? 'none'
        return KINDS.includes(found) ? (found as Kind) : 'none'
      }
      return { database: kind('database'), beside: kind('databaseBeside') }
    },
    async ofLocal() {
      const value = await settings()
      return ['anonymiseSql', 'seed'].filter((key) => !['', 'none'].includes(value(key) ?? ''))
    },
    async choose({ database, beside }) {
      await config(['set', 'database', database])
      await config(['set', 'databaseBeside', beside])
    },
    // The program takes another database than before for a mistake otherwise.
    update: () => update(name, { PADLOCK_DATABASE_MOVE: 'true' }),
    async host(verb, input) {
      try {
        return await ask(name, await outputsOf(name), ['move', verb], input)
      } catch (error) {
        if (/has no move:/.test((error as Error).message)) return undefined
        throw error
      }
    },
    async order(from, to, replace) {
      const { code, stdout, stderr } = await capture(['stack', 'export', '--show-secrets', ...own])
      if (code !== 0) throw new Error(`the state of ${name} cannot be read:\n${stderr.trim()}`)
      return order(JSON.parse(stdout).deployment?.resources ?? [], { from, to, replace })
    },
    say: (text) => console.log(text),
  }
}
