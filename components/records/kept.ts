import type { Former } from '../state.ts'

/** A name whose records somebody else keeps, as the state has it. */
interface KeptName {
  /** Of the command that prints its records. */
  resource: string
  hostname: string
}

const PRINTED = /\$padlock:index:ExternalRecords\$command:local:Command::(.+-records)$/

/** The names whose records the stack has asked somebody for. */
export function keptNames(state: Former[]): KeptName[] {
  return state.flatMap(({ urn, outputs }) => {
    const resource = PRINTED.exec(urn)?.[1]
    return resource ? [{ resource, hostname: `${outputs.triggers?.[0]}` }] : []
  })
}
