/** Replays recordings of the `command` plugin against the stand-in and SSH servers of the tests' own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../sandbox/ports.ts'
import { generateKey } from '../support/ssh-key.ts'
import { type SshServer, startSshServer } from '../support/ssh-server.ts'
import { normalise, type Recorded, readRecording, recordedAnswer, type StandIn } from './replay.ts'

/** What stands in for the hosts, keys and folders of the recording. */
export interface World {
  /** Recorded texts and numbers, and what they are here. */
  texts: [recorded: string, here: string][]
  ports: Map<number, number>
  servers: SshServer[]
  close(): Promise<void>
}

const ED25519_LINE = /ssh-ed25519 AAAA[\w+/=]+/g

/** The recorded host key of both servers; any other one in a request is a wrong one. */
const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII9Myh5y5uqT9JIJPq976YTI/a3+4mOO+8UpsQCwhfZY'

/** Two servers of one host: the second takes more variables from its clients. */
export async function startWorld(): Promise<World> {
  const [host, wrong, user, stranger] = [generateKey(), generateKey(), generateKey(), generateKey()]
  const locked = generateKey('ed25519', 'pass123')
  const common = {
    hostKeys: [host.privateKey],
    authorizedKeys: [user.publicKey, locked.publicKey],
    users: ['root', 'alice'],
    shell: 'bash',
  }
  const plain = await startSshServer(common)
  const open = await startSshServer({ ...common, acceptEnv: /^(LANG|LC_.*|FOO.*|BAR|PULUMI_.*)$/ })
  const remote = join(plain.home, 'remote')
  mkdirSync(remote)
  for (const { home } of [plain, open]) {
    writeFileSync(join(home, 'bin', 'id'), '#!/bin/sh\necho "$USER"\n', { mode: 0o755 })
  }
  const closed = await freePort()
  return {
    servers: [plain, open],
    ports: new Map([
      [22022, plain.port],
      [22023, open.port],
      ...[22091, 22098, 22099].map((port) => [port, closed] as const),
    ]),
    texts: [
      [HOST_KEY, host.publicKey],
      ['<wrong host key>', wrong.publicKey],
      ['<SSH PRIVATE KEY id><without final newline>', user.privateKey.trimEnd()],
      ['<SSH PRIVATE KEY id><CRLF>', user.privateKey.replaceAll('\n', '\r\n')],
      ['<SSH PRIVATE KEY id>', user.privateKey],
      ['<SSH PRIVATE KEY badid>', stranger.privateKey],
      ['<SSH PRIVATE KEY idenc>', locked.privateKey],
      ['<REMOTE>', remote],
      ['<HOME>', plain.home],
      ['127.0.0.1:22091', `127.0.0.1:${closed}`],
      ['127.0.0.1:22099', `127.0.0.1:${closed}`],
    ],
    async close() {
      await Promise.all([plain.close(), open.close()])
    },
  }
}

/** A recorded value as it is in this world. */
export function here(world: World, value: unknown): unknown {
  return normalise(value, (inner, key) => {
    if (key === 'port' && typeof inner === 'number') return world.ports.get(inner) ?? inner
    if (typeof inner !== 'string') return inner
    const known = inner.replace(ED25519_LINE, (line) =>
      line === HOST_KEY ? line : '<wrong host key>',
    )
    return world.texts.reduce((text, [from, to]) => text.replaceAll(from, to), known)
  })
}

/** Ids are random, the order of names and of the two streams is not fixed, bash words its errors by version. */
export function comparable(answer: unknown): unknown {
  return normalise(answer, (value, key) => {
    if (Array.isArray(value) && (key === 'diffs' || key === 'failures')) {
      return [...value].map((item) => JSON.stringify(item)).sort()
    }
    if (key === 'message' && typeof value === 'string') return comparableText(value)
    if (key === 'id' && typeof value === 'string') return value.replace(/[0-9a-f]{8}$/, '<random>')
    return value
  })
}

function comparableText(text: string): string {
  const [head, ...lines] = text.replaceAll('bash: line 1: ', 'bash: ').split('\n')
  // Which of two refused variables comes first is not fixed.
  if (text.startsWith('could not set environment')) return text.replace('FOO2', 'FOO')
  return text.includes(': running "') ? [head, ...lines.sort()].join('\n') : text
}

export interface Step {
  /** `scenario/NN-name`. */
  step: string
  calls: Recorded[]
  messages: unknown[]
  /** What lay on the remote host afterwards, lines of mode, owner, size and path. */
  files?: string[]
}

/** A recording by its steps, with the messages that the plugin sent in each. */
export function stepsOf(file: string): Step[] {
  const steps = new Map<string, Step>()
  for (const line of readRecording<Recorded>('command', `${file}.jsonl`)) {
    const step = steps.get(line.step) ?? { step: line.step, calls: [], messages: [] }
    steps.set(line.step, step)
    if (line.method === 'message') step.messages.push(line.request)
    else if (line.method === 'files') step.files = line.response as unknown as string[]
    else step.calls.push(line)
  }
  return [...steps.values()]
}

/** Sends a step's calls; returns what was answered and told, and what should have been. */
export async function replay(world: World, plugin: StandIn, { calls, messages }: Step) {
  plugin.messages.splice(0)
  const got: unknown[] = []
  const wanted: unknown[] = []
  for (let next = 0; next < calls.length; ) {
    const batch = batchFrom(calls, next)
    next += batch.length
    const answers = await Promise.all(
      batch.map((line) => plugin.call(line.method, here(world, line.request) as never)),
    )
    for (const [index, line] of batch.entries()) {
      const name = `${line.method} ${line.request.name ?? ''}`
      got.push({ name, ...(comparable(answers[index]) as object) })
      wanted.push({ name, ...(comparable(here(world, recordedAnswer(line))) as object) })
    }
  }
  const told = plugin.messages.map(({ severity, ephemeral, message }) => ({
    severity,
    ephemeral,
    message,
  }))
  return {
    got: { answers: got, messages: sorted(told) },
    wanted: { answers: wanted, messages: sorted(here(world, messages) as unknown[]) },
  }
}

/** Calls of one method in a row run side by side, a few at a time, as under the engine. */
function batchFrom(calls: Recorded[], start: number): Recorded[] {
  const end = calls.findIndex(({ method }, i) => i > start && method !== calls[start]!.method)
  return calls.slice(start, Math.min(end < 0 ? calls.length : end, start + 8))
}

function sorted(messages: unknown[]): string[] {
  return messages
    .map((one) => {
      const { severity, ephemeral, message } = one as Record<string, unknown>
      const text = String(message).replaceAll('bash: line 1: ', 'bash: ')
      return `${severity} ${ephemeral} ${text.replace(/^(Unable to set 'FOO)2'/, "$1'")}`
    })
    .sort()
}
