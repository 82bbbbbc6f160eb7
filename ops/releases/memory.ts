import { capture } from '../engine/pulumi.ts'
import type { StateResource } from '../engine/state.ts'
import type { Image } from './image.ts'

/** What a stack's state says of its release. */
export interface Memory {
  /** Of the command that brings the release up. */
  urn: string
  /** The release that the command brought up last. */
  release: string
  /** The next update runs the command again. */
  tainted: boolean
  /** The release that previews and updates name as live; undefined in a state of version 0.1. */
  live?: string
}

/** A release, what it was made of, and by whom. */
export interface Origin {
  release: string
  commit: string
  by: string
  /** Of its image; null where the host does not know. */
  made?: Image | null
}

interface Checkpoint {
  deployment?: { resources?: (StateResource & { parent?: string; taint?: boolean })[] }
}

/** @throws Error if the state cannot be read, or has no release */
export async function memoryOf(stack: string): Promise<Memory> {
  const { deployment } = await exported(stack)
  const resources = deployment?.resources ?? []
  const command = resources.find(
    ({ type, parent }) =>
      type === 'command:remote:Command' && parent?.split('::')[2]?.endsWith(':Release'),
  )
  const release = /\/release ([0-9a-f]{12})$/.exec(String(command?.inputs?.create))?.[1]
  if (!command || !release) {
    throw new Error(`the stack ${stack} has no release: it is not complete. Fix: pulumi up`)
  }
  const live = liveIn(resources)?.outputs?.release as string | undefined
  return { urn: command.urn, release, tainted: command.taint === true, live }
}

/**
 * Has the next update bring the release of the state up again, or no longer.
 * @throws Error with the engine's words, such as that an update is under way
 */
export async function setTaint(stack: string, urn: string, taint: boolean): Promise<void> {
  const verb = taint ? 'taint' : 'untaint'
  await done(stack, ['state', verb, urn, '--yes', '--stack', stack])
}

/**
 * Writes down what is live, in the outputs of the component that is there for it. The engine has no
 * command for that, so the state is exported and imported, as short a time apart as can be: the
 * import is refused while an update is under way.
 */
export async function remember(
  stack: string,
  { release, commit, by, made }: Origin,
): Promise<void> {
  const checkpoint = await exported(stack)
  const live = liveIn(checkpoint.deployment?.resources ?? [])
  if (!live || live.outputs?.release === release) return
  live.outputs = { release, commit, made: { commit, by }, ...(made && { origin: made }) }
  await done(stack, ['stack', 'import', '--stack', stack], JSON.stringify(checkpoint))
}

const liveIn = (resources: StateResource[]) =>
  resources.find(({ type }) => type === 'padlock:index:Live')

async function exported(stack: string): Promise<Checkpoint> {
  return JSON.parse(await done(stack, ['stack', 'export', '--stack', stack]))
}

async function done(stack: string, args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await capture(args, {}, input)
  if (code === 0) return stdout
  throw new Error(`the state of ${stack}: ${stderr.trim() || stdout.trim()}`)
}
