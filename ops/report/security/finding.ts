import type { Resource } from '../resources.ts'

/** One thing that a change opens, closes or otherwise does to who may do what. */
export interface Finding {
  effect: 'opens' | 'changes' | 'closes'
  topic: string
  /** A line of plain words. */
  text: string
}

export interface Change {
  resources: Resource[]
  /** The stack's configuration after the change; secrets are masked. */
  config: Record<string, string>
}

/** One topic: everything it can tell of a change. */
export type Topic = (change: Change) => Finding[]

export const opens = (topic: string, text: string): Finding => ({ effect: 'opens', topic, text })
export const closes = (topic: string, text: string): Finding => ({ effect: 'closes', topic, text })
export const alters = (topic: string, text: string): Finding => ({ effect: 'changes', topic, text })
