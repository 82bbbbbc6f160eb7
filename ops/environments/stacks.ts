import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saysLocked } from '../engine/locks.ts'
import { policyFlags } from '../engine/policy.ts'
import { capture, type Result, show } from '../engine/pulumi.ts'
import { nameIn } from '../engine/stack-reference.ts'
import { findState, type StateResource } from '../engine/state.ts'
import type { Item } from './receipt.ts'

export interface StackSummary {
  name: string
  /** Absent where the backend does not count. */
  resourceCount?: number
  updateInProgress?: boolean
  /** ISO 8601. */
  lastUpdate?: string
}

/** How an operation of the engine ended; its words only if quiet. */
export interface Operated extends Result {
  /** Another update of the stack was at work, so nothing was done. */
  locked: boolean
}

/** A target that no state has: the engine takes the stack's lock, and refuses before any step. */
const NOTHING = 'urn:pulumi:none::none::none:none:None::none'

const IMPORTS: Record<string, string> = {
  volume: 'digitalocean:index/volume:Volume',
  project: 'digitalocean:index/project:Project',
}

/** The engine's commands that environments are made of, on one backend. */
export class Stacks {
  readonly #environment: Record<string, string>
  readonly #quiet: boolean

  /** @param quiet shows what the engine prints only if it fails */
  constructor(environment: Record<string, string>, quiet: boolean) {
    this.#environment = environment
    this.#quiet = quiet
  }

  /** Every stack of the project. */
  async list(): Promise<StackSummary[]> {
    const { stdout } = await this.#demand(['stack', 'ls', '--json'])
    const stacks: StackSummary[] = JSON.parse(stdout)
    return stacks.flatMap((one) => {
      const name = nameIn(one.name)
      return name === undefined ? [] : [{ ...one, name }]
    })
  }

  /**
   * Makes the stack if there is none. Its settings file must be there.
   * @param secretsProvider of a new stack; absent for the backend's own
   */
  async create(stack: string, secretsProvider?: string): Promise<void> {
    const provider = secretsProvider ? ['--secrets-provider', secretsProvider] : []
    await this.#demand(['stack', 'select', stack, '--create', ...provider])
  }

  /**
   * Writes the settings file of a stack anew, from the configuration of its last update; secrets stay
   * encrypted under its own key.
   */
  async recall(stack: string): Promise<void> {
    await this.#demand(['config', 'refresh', '--force', '--stack', stack])
  }

  /**
   * What the state holds; nothing for a stack that does not exist.
   * @throws Error if it cannot be read, which must not be taken for nothing
   */
  async resources(stack: string): Promise<StateResource[]> {
    return (await this.find(stack)) ?? []
  }

  /** The same, undefined for a stack that the backend does not know. */
  find(stack: string): Promise<StateResource[] | undefined> {
    return findState(stack, this.#environment)
  }

  async outputs(stack: string): Promise<Record<string, string>> {
    const { stdout } = await this.#demand(['stack', 'output', '--json', '--stack', stack])
    return JSON.parse(stdout)
  }

  /** Did the last update of this stack end well, was it an `up`, and has none begun since? */
  async whole(stack: string): Promise<boolean> {
    // An engine that was killed leaves no line in the history, only what it had begun.
    const exported = await this.#capture(['stack', 'export', '--stack', stack])
    if (exported.code !== 0) return false
    if (JSON.parse(exported.stdout).deployment?.pending_operations?.length > 0) return false
    const { code, stdout } = await this.#capture([
      ...['stack', 'history', '--json', '--page-size', '1', '--page', '1', '--stack', stack],
    ])
    const [last] = code === 0 ? JSON.parse(stdout) : []
    return last?.kind === 'update' && last?.result === 'succeeded'
  }

  /**
   * Is another update of this stack at work? Only an update of its own, here one of nothing, makes
   * every backend tell.
   * @throws Error if it cannot be told, which must not be taken for no
   */
  async isLocked(stack: string): Promise<boolean> {
    const args = ['refresh', '--target', NOTHING, '--yes', '--skip-preview', '--stack', stack]
    const { code, stderr } = await this.#capture(args)
    if (saysLocked(stderr)) return true
    if (code === 0 || /no resource named|no stack named/.test(stderr)) return false
    throw new Error(`whether an update of ${stack} is at work cannot be told:\n${stderr.trim()}`)
  }

  /** @returns the engine's exit code and, if quiet, its words */
  up(stack: string, flags: string[]): Promise<Operated> {
    const own = ['--skip-preview', '--suppress-outputs', '--stack', stack]
    return this.#operate(['up', ...own, ...policyFlags(), ...flags])
  }

  /**
   * Takes a volume or a project of the account into the state, as the program names it; anything else
   * is left. The stack's settings file must be there.
   */
  async take(stack: string, name: string, { kind, id }: Pick<Item, 'kind' | 'id'>): Promise<void> {
    const type = IMPORTS[kind]
    if (!type) return
    const { code, stdout, stderr } = await this.#operate([
      ...['import', type, name, id, '--stack', stack],
      ...['--protect=false', '--generate-code=false', '--skip-preview', '--suppress-outputs'],
    ])
    if (code !== 0) throw new Error(`pulumi import of the ${kind} ${id} fails:\n${stdout}${stderr}`)
  }

  /**
   * Destroys what the state holds, goes on past an error, and tells from the engine's event log
   * what happened.
   */
  async destroy(stack: string): Promise<Operated & { eventLog: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'padlock-'))
    const log = join(folder, 'events')
    try {
      const result = await this.#operate([
        ...['destroy', '--skip-preview', '--refresh', '--continue-on-error'],
        ...['--event-log', log, '--stack', stack],
      ])
      return { ...result, eventLog: await readFile(log, 'utf8').catch(() => '') }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Removes a stack that holds nothing, with its history; content if there is none. */
  async remove(stack: string): Promise<void> {
    const args = ['stack', 'rm', '--yes', '--preserve-config', '--stack', stack]
    const { code, stderr } = await this.#capture(args)
    if (code !== 0 && !/no stack named/.test(stderr)) {
      throw new Error(`pulumi stack rm fails:\n${stderr.trim()}`)
    }
  }

  /** The engine has `--event-log` only with its debug commands, as the Automation API asks for it. */
  async #operate(args: string[]): Promise<Operated> {
    const all = [...args, '--yes', '--suppress-progress']
    const environment = { ...this.#environment, PULUMI_DEBUG_COMMANDS: 'true' }
    if (this.#quiet) {
      const result = await capture(all, environment)
      return { ...result, locked: saysLocked(result.stderr) }
    }
    let said = ''
    const code = await show(all, environment, (text) => {
      said += text
    })
    return { code, stdout: '', stderr: '', locked: saysLocked(said) }
  }

  #capture(args: string[]): Promise<Result> {
    return capture(args, this.#environment)
  }

  async #demand(args: string[]): Promise<Result> {
    const result = await this.#capture(args)
    if (result.code === 0) return result
    throw new Error(`pulumi ${args.slice(0, 2).join(' ')} fails:\n${result.stderr.trim()}`)
  }
}
