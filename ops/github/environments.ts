import type { Listed } from '../environments/list.ts'
import type { Receipt } from '../environments/receipt.ts'
import type { Swept } from '../environments/sweep.ts'
import type { Environment } from '../environments/up.ts'

/** The environments, as the verbs `./padlock env` treat them; the workflows' logic calls only these. */
export interface Environments {
  /** Brings up, or releases to; the time to live begins anew. */
  up(name: string): Promise<Environment>
  /** @param wait for the end of another update of it */
  down(name: string, options: { wait: boolean }): Promise<Receipt>
  list(): Promise<Pick<Listed, 'name' | 'state'>[]>
  /** @param held names that stay whatever their expiry says */
  sweep(options: { held: string[]; dryRun: boolean }): Promise<Swept>
}

/** The environment of a pull request. */
export const environmentOf = (pull: number) => `pr-${pull}`

/** The pull request of an environment; undefined for one that was made by hand. */
export function pullOf(environment: string): number | undefined {
  const found = /^pr-(\d+)$/.exec(environment)
  return found ? Number(found[1]) : undefined
}
