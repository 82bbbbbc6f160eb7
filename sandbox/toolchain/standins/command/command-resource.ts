import { randomBytes } from 'node:crypto'
import type { Context, ResourceHandler } from '../server/types.ts'
import { reveal, UNKNOWN, type Value, type Values } from '../server/values.ts'
import { withConnection } from './connection.ts'
import { withTimeout } from './deadline.ts'
import { inputDiff, keepsOutputs } from './diff.ts'
import type { Stream } from './output.ts'
import { type Fields, failures } from './schema.ts'

/** One run of a command, wherever it runs. */
export interface Run {
  command: string
  /** The inputs, in the clear. */
  inputs: Values
  /** What the last run printed, as variables for this one. */
  previous: [name: string, value: string][]
}

export type Runner = (run: Run, context: Context<unknown>) => Promise<Record<Stream, string>>

/** What remote.Command and local.Command have in common: all but where the command runs. */
export function commandResource<Args>(
  inputs: Fields<Args>,
  runner: Runner,
): ResourceHandler<unknown> {
  async function run(
    command: Value | undefined,
    all: Values,
    last: Values,
    timeout: number,
    context: Context<unknown>,
  ): Promise<Values> {
    if (command === undefined) return { stdout: last.stdout ?? '', stderr: last.stderr ?? '' }
    const plain = reveal(all) as Values
    const text = String(reveal(command))
    const previous = plain.addPreviousOutputInEnv === false ? [] : previousOutput(last)
    return withTimeout(timeout, context, (bounded) =>
      runner({ command: text, inputs: plain, previous }, bounded),
    )
  }

  return {
    check({ news }) {
      const found = failures(inputs, news)
      return found.length > 0
        ? { inputs: withConnection(news, {}), failures: found }
        : { inputs: withConnection(news) }
    },
    diff: inputDiff,
    async create({ name, properties, preview, timeout }, context) {
      const id = name + randomBytes(4).toString('hex')
      const outputs = preview
        ? { stdout: UNKNOWN, stderr: UNKNOWN }
        : await run(properties.create, properties, {}, timeout, context)
      return { id, properties: { ...withConnection(properties), ...outputs } }
    },
    async update(request, context) {
      const { news, olds, preview, timeout } = request
      const kept = { stdout: olds.stdout ?? '', stderr: olds.stderr ?? '' }
      const unknown = { stdout: UNKNOWN, stderr: UNKNOWN }
      const outputs = preview
        ? keepsOutputs(request)
          ? kept
          : unknown
        : await run(news.update ?? news.create, news, olds, timeout, context)
      return { ...withConnection(news), ...outputs }
    },
    read: ({ id, properties, inputs: old }) => ({ id, properties, inputs: old }),
    async delete({ properties, timeout }, context) {
      await run(properties.delete, properties, properties, timeout, context)
    },
  }
}

function previousOutput({ stdout, stderr }: Values): [name: string, value: string][] {
  const variables: [string, string][] = [
    ['PULUMI_COMMAND_STDOUT', String(reveal(stdout ?? ''))],
    ['PULUMI_COMMAND_STDERR', String(reveal(stderr ?? ''))],
  ]
  return variables.filter(([, value]) => value !== '')
}
