import { readFileSync } from 'node:fs'
import { ask } from '../cli/login.ts'
import { capture } from '../engine/pulumi.ts'

/** An anonymised snapshot as the host tells of it (`/usr/lib/padlock/seed anonymise`). */
export interface Snapshot {
  /** Rows before and after the project's SQL; null where the table is not there. */
  tables: { table: string; before: number | null; after: number | null }[]
  /** Of the dump. */
  bytes: number
  sha256: string
  seconds: number
}

/**
 * Has a stack's host make an anonymised snapshot of its database and store it in the bucket for
 * environments. The key that writes goes from the encrypted state to the host's standard input.
 * @throws Error if the stack keeps no snapshots, the file of SQL says nothing, or the host refuses
 */
export async function anonymise(stack: string): Promise<Snapshot> {
  const sql = statements(await pathOf(stack))
  const outputs = await withSecrets(stack)
  const place = outputs.seedWriter
  if (!place) {
    throw new Error(
      `the stack ${stack} has no bucket for snapshots yet (output seedWriter). Fix: pulumi up --stack ${stack}`,
    )
  }
  const order = JSON.stringify({ place, sql })
  const { code, stdout, stderr } = await ask(
    stack,
    outputs as Record<string, string>,
    ['seed', 'anonymise'],
    order,
  )
  if (code !== 0) throw new Error(`no snapshot of ${stack} was stored:\n${stderr.trim()}`)
  return JSON.parse(stdout)
}

async function pathOf(stack: string): Promise<string> {
  const { code, stdout, stderr } = await capture(['config', '--json', '--stack', stack])
  if (code !== 0) throw new Error(`the settings of ${stack} cannot be read:\n${stderr.trim()}`)
  const found = Object.entries(JSON.parse(stdout) as Record<string, { value?: string }>)
  const path = found.find(([key]) => key.endsWith(':anonymiseSql'))?.[1].value
  if (path) return path
  throw new Error(
    `anonymiseSql of ${stack} is not set. Allowed: the path of a file of SQL in the project, which takes out what nobody else may see.\n    Fix: pulumi config set anonymiseSql app/anonymise.sql --stack ${stack}, and pulumi up --stack ${stack}`,
  )
}

function statements(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`anonymiseSql = ${path} cannot be read: ${(error as Error).message}`)
  }
  if (text.trim() === '') {
    throw new Error(
      `anonymiseSql = ${path} is an empty file. Allowed: statements that take out what nobody else may see`,
    )
  }
  return text
}

async function withSecrets(stack: string): Promise<Record<string, unknown>> {
  const words = ['stack', 'output', '--json', '--show-secrets', '--stack', stack]
  const { code, stdout, stderr } = await capture(words)
  if (code === 0) return JSON.parse(stdout)
  throw new Error(`the outputs of ${stack} cannot be read:\n${stderr.trim()}`)
}
