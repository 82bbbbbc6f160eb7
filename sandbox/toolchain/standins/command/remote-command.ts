import type { remote } from '@pulumi/command'
import type { Context } from '../server/types.ts'
import type { Values } from '../server/values.ts'
import { commandResource, type Run } from './command-resource.ts'
import { CONNECTION, usableConnection } from './connection.ts'
import { dial } from './dial.ts'
import { commandError, Output, type Stream } from './output.ts'
import type { Fields } from './schema.ts'
import { exitFault, openSession, type Session } from './session.ts'

const INPUTS: Fields<remote.CommandArgs> = {
  name: 'remote.CommandInputs',
  fields: {
    connection: { kind: CONNECTION as Fields<unknown>, required: true },
    environment: { kind: 'strings' },
    create: { kind: 'string' },
    update: { kind: 'string' },
    delete: { kind: 'string' },
    stdin: { kind: 'string' },
    logging: { kind: 'string' },
    addPreviousOutputInEnv: { kind: 'bool' },
    triggers: { kind: 'any' },
  },
}

/** `remote.Command`: a command in the user's login shell on a host, over SSH. */
export const remoteCommand = commandResource(INPUTS, runRemotely)

async function runRemotely(run: Run, context: Context<unknown>): Promise<Record<Stream, string>> {
  const { command, inputs, previous } = run
  const client = await dial(usableConnection(inputs), context)
  try {
    const session = await openSession(client)
    await setEnvironment(session, inputs, previous, context)
    const output = new Output(String(inputs.logging ?? 'stdoutAndStderr'), context.log)
    const exit = await session.run(command, inputs.stdin as string | undefined, output)
    context.signal.throwIfAborted()
    output.finish()
    const fault = exitFault(exit)
    if (fault) throw commandError(fault, command, output)
    return output.results()
  } finally {
    client.end()
  }
}

async function setEnvironment(
  session: Session,
  inputs: Values,
  previous: Run['previous'],
  context: Context<unknown>,
): Promise<void> {
  for (const [name, value] of Object.entries(inputs.environment ?? {}).sort()) {
    if (await session.setEnv(name, String(value))) continue
    await context.log('error', refusal(name))
    throw new Error(`could not set environment variable "${name}": ssh: setenv failed`)
  }
  for (const [name, value] of previous) {
    if (!(await session.setEnv(name, value))) await context.log('warning', refusal(name))
  }
}

/** Word for word the official plugin's, which people search for. */
function refusal(name: string): string {
  return (
    `Unable to set '${name}'. This only works if your SSH server is configured to accept\n\t` +
    'these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the ' +
    "remote host, you could\n\tprefix the command itself with the variables in the form 'VAR=value " +
    "command'"
  )
}
