import type { Context } from '../../../../config/settings.ts'

/** A configuration with errors, laid over the smallest good one, and the exact problems told. */
export interface BadConfiguration {
  title: string
  raw: Record<string, unknown>
  context?: Partial<Context>
  messages: string[]
}
