import { join } from 'node:path'
import { root } from '../../engine/support/sandbox.ts'
import { type Host, hostWith } from '../host.ts'

export type { Host }

/** A machine with the programs of the folder machine/ on it, and the app for the other set-ups. */
export const hostOf = (login: string, env: NodeJS.ProcessEnv): Promise<Host> =>
  hostWith(login, env, {
    '.': join(import.meta.dirname, 'machine'),
    'app/greeter': join(root, 'app/greeter'),
  })
