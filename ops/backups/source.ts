import { readFileSync, statSync } from 'node:fs'
import * as v from 'valibot'
import { parse } from 'yaml'
import { anotherRegion, SPACES_REGIONS } from '../../config/backups/index.ts'
import { capture } from '../engine/pulumi.ts'

const text = v.pipe(v.string(), v.nonEmpty())
const SOURCE = v.strictObject({
  /** Host name, with a port where it is not 443. */
  endpoint: text,
  region: text,
  bucket: text,
  key: text,
  secret: text,
  /** Of all objects of the stack in the bucket. */
  prefix: text,
  passphrase: text,
})

/** Where backups are and what opens them: the output `backupAccess` of the stack that made them. */
export type Source = v.InferOutput<typeof SOURCE>

/** Readable by the owner's group, or by everybody (chmod(2)). */
const BY_OTHERS = 0o077

/** Outputs with a place: with the key that the host has, with one that reads alone, and of the copy. */
const NAMES = { writer: 'backupAccess', reader: 'backupReader', copy: 'backupCopyAccess' } as const

/** A place of backups, and whether its key is the one of the stack's host, which writes too. */
export interface Opened {
  source: Source
  writes: boolean
}

/**
 * The place of a stack's backups, from its outputs.
 * @param which `reader`: with a key that reads alone, or the host's own where the stack has no other;
 *   `writer`: with the host's; `copy`: of the copy in a second region, with a key that reads
 * @throws Error if it has none
 */
export const sourceOf = async (stack: string, which: keyof typeof NAMES): Promise<Opened> =>
  openedIn(await secretOutputs(stack), stack, which)

/**
 * All outputs of a stack, secrets opened.
 * @throws Error with the engine's words if there is no such stack
 */
export async function secretOutputs(stack: string): Promise<Record<string, unknown>> {
  const words = ['stack', 'output', '--json', '--show-secrets', '--stack', stack]
  const { code, stdout, stderr } = await capture(words)
  if (code === 0) return JSON.parse(stdout)
  throw new Error(`the outputs of ${stack} cannot be read:\n${stderr.trim()}`)
}

/**
 * As `sourceOf`, of outputs that are there already.
 * @throws Error if there is none
 */
export function openedIn(
  outputs: Record<string, unknown>,
  stack: string,
  which: keyof typeof NAMES,
): Opened {
  const isThere = outputs[NAMES[which]] !== undefined
  const writes = which === 'writer' || (which === 'reader' && !isThere)
  const name = writes ? NAMES.writer : NAMES[which]
  const { [name]: found } = outputs
  if (found === undefined) {
    throw new Error(
      which === 'copy'
        ? `the stack ${stack} has no output ${name}: there is no copy of its backups. Fix: ${copied(outputs, stack)}`
        : `the stack ${stack} has no output ${name}: it makes no backups, or an older program made it. Fix: pulumi config set backups spaces --stack ${stack}, and pulumi up`,
    )
  }
  return { source: checked(found, `the output ${name} of ${stack}`), writes }
}

/** How a stack comes to a copy: of a bucket of Spaces by a key, of another one by its owner. */
function copied({ [NAMES.writer]: own }: Record<string, unknown>, stack: string): string {
  // Such as fra1.digitaloceanspaces.com; the region of a Space's signatures is no place.
  const [region = ''] = (own as Partial<Source> | undefined)?.endpoint?.split('.') ?? []
  if (own !== undefined && !SPACES_REGIONS.includes(region)) {
    return 'the owner of the bucket has it replicated, and ./padlock restore --to another stack takes that place from a file (--from)'
  }
  return `pulumi config set backupCopyRegion ${anotherRegion(region)} --stack ${stack}, and pulumi up; then ./padlock backup copy`
}

/** What is told where another host gets a key that writes. */
export const WRITING_KEY =
  "the host gets the key of the stack's own host to the bucket for this, which writes too: the stack has none that reads alone. Fix: with backups spaces pulumi up makes one, where an older program made the stack; with backups s3 set backupReaderAccessKey and backupReaderSecretKey (docs/backups.md, Another host that restores)"

/**
 * The same from a file, JSON or YAML, that was kept outside of the stack.
 * @throws Error if there is none, others may read it, or a key is missing or unknown
 */
export function sourceIn(path: string): Source {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new Error(`${path} is no file`)
  if (found.mode & BY_OTHERS) {
    throw new Error(`${path} has a passphrase in it and others may read it. Fix: chmod 600 ${path}`)
  }
  return checked(read(path), path)
}

function read(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch {
    // The parser's words quote the line, and with it a secret.
    throw new Error(`${path} is neither JSON nor YAML`)
  }
}

function checked(value: unknown, from: string): Source {
  const { success, output, issues } = v.safeParse(SOURCE, value)
  if (success) return output
  const keys = issues.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', ')
  throw new Error(
    `${from} is not what a stack's output backupAccess is: ${keys}. Allowed: an object of the texts ${Object.keys(SOURCE.entries).join(', ')}`,
  )
}
