import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'

/** How long the ssh port of a host may stay silent, seconds: through a first boot, or a restart. */
const CREATE_SECONDS = 600
const UPDATE_SECONDS = 300
const DIAL_MS = 5_000
const PAUSE_MS = 1_000

/**
 * Options of a command on a host, or of a copy to it: it goes with the droplet, ends after so many
 * minutes, in updates as in creates, and does not begin before the host's ssh port answers.
 */
export function onHost(
  parent: pulumi.Resource,
  droplet: pulumi.Resource,
  minutes: number,
): pulumi.CustomResourceOptions {
  const limit = `${minutes}m`
  return {
    parent,
    deletedWith: droplet,
    // A host that is gone from the state already is dialled for its end all the same.
    customTimeouts: { create: limit, update: limit, delete: limit },
    hooks: {
      beforeCreate: [answersWithin(CREATE_SECONDS)],
      beforeUpdate: [answersWithin(UPDATE_SECONDS)],
    },
  }
}

/**
 * The command of what has an end as well: it names the droplet, so that another one gets it in place.
 * As a trigger the droplet would have the engine replace the resource and run the former one's end on
 * the former host; where that droplet is gone from the state already, nothing would keep the engine
 * from dialling it for ever.
 */
export const onEach = (
  text: pulumi.Input<string>,
  dropletId: pulumi.Input<string>,
): pulumi.Output<string> => pulumi.interpolate`${text} # on droplet ${dropletId}`

/** Options of such a command; a state of an earlier version keeps the trigger that it has. */
export const inPlace = { ignoreChanges: ['triggers'] }

/** The plugin dials until its time is over and then names neither the port nor what may close it. */
function answersWithin(seconds: number) {
  return async ({ newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const { host, port } = await plain<{ host: string; port: number }>(newInputs?.connection)
    await portAnswers(host, port, Number(process.env.PADLOCK_SSH_SECONDS) || seconds)
  }
}

/** A secret reaches a hook as an output, and one that holds another as the engine's envelope in it. */
function plain<T>(value: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(value).apply((known) => resolve(pulumi.runtime.unwrapRpcSecret(known)))
  })
}

/** @throws Error that names `sshFrom` if the port takes no connection for so many seconds */
export async function portAnswers(host: string, port: number, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const wrong = await dial(host, port)
    if (wrong === undefined) return
    if (Date.now() + PAUSE_MS > deadline) {
      throw new Error(
        `${host}:${port} takes no connection from here for ${seconds} s (${wrong}). ` +
          'sshFrom must name the network that this runs in; README, "Locked out", has the way back in.',
      )
    }
    await sleep(PAUSE_MS)
  }
}

/** @returns why there is no connection; undefined where there is one */
function dial(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: DIAL_MS })
    const end = (wrong?: string) => {
      socket.destroy()
      resolve(wrong)
    }
    // sshd speaks first (RFC 4253, 4.2): a port that somebody else keeps open is none.
    socket.once('data', () => end())
    socket.once('end', () => end('closed at once'))
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}
