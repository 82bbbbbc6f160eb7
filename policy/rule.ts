import type {
  ReportViolation,
  ResourceValidation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from '@pulumi/policy'

/** A rule may judge each resource before it is made, the finished stack, or both. */
export type Rule = ResourceValidationPolicy & Partial<StackValidationPolicy>

/**
 * Judges the configuration alone. The engine asks about the stack itself before any other resource,
 * so an `up` stops with nothing made.
 */
export function validateConfiguration(
  check: (report: ReportViolation, args: ResourceValidationArgs) => void,
): ResourceValidation {
  return (args, report) => {
    if (args.type === 'pulumi:pulumi:Stack') check(report, args)
  }
}

/**
 * A value that a preview may not know yet: undefined then, and `up` asks again. Without this the
 * SDK tells the user that the rule cannot be judged, which is right where it matters and noise
 * where another rule or key says the same.
 */
export function known<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'UnknownValueError') return undefined
    throw error
  }
}
