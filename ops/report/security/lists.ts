import { compare } from '../resources.ts'

/** A list of texts out of a property; empty if it is none. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

/** What is in one list only. */
export function between(before: string[], after: string[]): { come: string[]; gone: string[] } {
  return {
    come: after.filter((each) => !before.includes(each)).sort(compare),
    gone: before.filter((each) => !after.includes(each)).sort(compare),
  }
}
