import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Item {
  kind: string
  name: string
  id: string
}

/** What a teardown removed and what the accounts say is left. */
export interface Receipt {
  stack: string
  /** ISO 8601. */
  startedAt: string
  endedAt: string
  seconds: number
  removed: (Item & { at: string })[]
  /** Empty, or the teardown has failed. */
  left: Item[]
  /** Why the stack was not touched. */
  kept?: string
  /** It waits for the end of another update. */
  busy?: true
  /** Unassigned reserved addresses that no stack knows; whose they are, only a person can tell. */
  nameless: Item[]
  /**
   * Requests with which the accounts were asked what is left; the engine's own not counted. What
   * goes in one sweep shares them.
   */
  calls: { digitalocean: number; auth0: number }
}

/**
 * Keeps a receipt as JSON.
 * @returns the file's path
 */
export async function keep(receipt: Receipt, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const time = receipt.endedAt.slice(0, 19).replace(/[-:]/g, '')
  const path = join(folder, `${receipt.stack}-${time}Z.json`)
  await writeFile(path, `${JSON.stringify(receipt, null, 2)}\n`)
  return path
}

/** The receipt for a person to read. */
export function describe(receipt: Receipt, path: string): string {
  const { stack, removed, left, kept, nameless, seconds, calls } = receipt
  const width = Math.max(0, ...[...removed, ...left].map(({ kind }) => kind.length))
  const line = ({ kind, name, id }: Item) =>
    `${kind.padEnd(width)}  ${name}${id === name ? '' : ` (${id})`}`
  return [
    `Receipt of ${stack}: ${removed.length} removed, ${left.length} left, ${seconds} s`,
    ...removed.map((item) => `  ${item.at.slice(11, 19)}  ${line(item)}`),
    ...(kept ? [`${stack} was not touched: ${kept}`] : []),
    ...(left.length > 0
      ? ['Left in the accounts:', ...left.map((item) => `  ${line(item)}`)]
      : [
          `Nothing is left under the project's names, tags, DNS records and Auth0 metadata (${calls.digitalocean} requests to DigitalOcean, ${calls.auth0} to Auth0).`,
        ]),
    ...nameless.map(
      ({ name }) =>
        `Look at ${name}: a reserved address that is assigned to nothing and that no stack knows. If it is nobody's: doctl compute reserved-ip delete ${name}`,
    ),
    `Kept as ${path}`,
  ].join('\n')
}
