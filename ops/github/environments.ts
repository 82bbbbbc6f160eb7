/** A thing in an account. */
export interface Thing {
  kind: string
  name: string
  id: string
}

/** What `env up` says of an environment. */
export interface Environment {
  name: string
  url: string
  /** ISO 8601, UTC. */
  expires: string
  /** US dollars. */
  costPerHour: number
  seconds: number
}

/** What `env list` says of each. */
export interface Listed {
  name: string
}

/** What `env down` says: all that was removed, and what the accounts still hold. */
export interface Receipt {
  /** The environment's name. */
  stack: string
  removed: (Thing & { at: string })[]
  left: Thing[]
  seconds: number
}

/** What `env sweep` does about an environment; with a dry run, would do. */
export interface Decision {
  name: string
  action: 'destroy' | 'remove orphans' | 'remove stack' | 'keep' | 'report'
  reason: string
}

export interface Swept {
  decisions: Decision[]
  /** Of what was destroyed. */
  receipts: Receipt[]
}

/** The environments, as the verbs `./padlock env` treat them; the workflows' logic calls only these. */
export interface Environments {
  /** Brings up, or releases to; the time to live begins anew. */
  up(name: string): Promise<Environment>
  down(name: string): Promise<Receipt>
  list(): Promise<Listed[]>
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
