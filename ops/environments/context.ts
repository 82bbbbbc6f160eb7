import type { Accounts, Marks } from './inventory.ts'
import type { Stacks } from './stacks.ts'

/** What the verbs on environments work with. */
export interface Context {
  accounts: Accounts
  marks: Marks
  stacks: Stacks
  /** Nothing but this project uses the accounts, so that what bears no name is the project's. */
  exclusive: boolean
  /** Folder that receipts are kept in. */
  receipts: string
  /** Tells a person what happens; never a result. */
  say(line: string): void
}
