import { ask } from '../cli/login.ts'
import type { Replicas } from './image.ts'

/** A release as its host tells of it (`/usr/lib/padlock/releases list`). */
export interface Listed {
  /** Twelve hex digits, as the output `release`. */
  release: string
  /** When it was released, in UTC; null for one that an older version made. */
  when: string | null
  /** Of git, or `unknown`. */
  commit: string
  by: string
  /** `failed` has never served; of `gone` the image is not there. */
  state: 'live' | 'kept' | 'failed' | 'gone'
  /** Of the live one, if it came back by a rollback. */
  rolledBack: { when: string; by: string } | null
  /** Of the live one, where it has more than one container. */
  replicas?: Replicas
}

/** @throws Error with the host's words */
export async function listing(stack: string, outputs: Record<string, string>): Promise<Listed[]> {
  const { code, stdout, stderr } = await ask(stack, outputs, ['releases', 'list'])
  if (code !== 0) throw new Error(`the releases of ${stack} cannot be listed:\n${stderr.trim()}`)
  return JSON.parse(stdout)
}
