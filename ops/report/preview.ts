/** What `pulumi preview --json` prints, as far as a report reads it (pulumi/pulumi, display.PreviewDigest). */
export interface Preview {
  config?: Record<string, string>
  steps?: PreviewStep[]
  diagnostics?: { message: string; severity: string }[]
  changeSummary?: Record<string, number>
}

export interface PreviewStep {
  op: string
  urn: string
  oldState?: State
  newState?: State
  diffReasons?: string[] | null
  replaceReasons?: string[] | null
  detailedDiff?: Record<string, { kind: string }> | null
}

export interface State {
  type: string
  protect?: boolean
  /** The engine lets go of it where it would delete it. */
  retainOnDelete?: boolean
  /** URN of what the account deletes it with. */
  deletedWith?: string
  /** A resource whose trigger changes is replaced; of the droplet a hash of the first boot's text. */
  replacementTrigger?: unknown
  inputs?: Properties
  outputs?: Properties
}

export type Properties = Record<string, unknown>

/**
 * Reads the engine's text.
 * @param source where the text is from, for the message
 * @throws Error that says what was expected
 */
export function readPreview(text: string, source: string): Preview {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    throw new Error(`${source} is not JSON. Allowed: the output of pulumi preview --json`)
  }
  const preview = found as Preview
  const known = preview && (Array.isArray(preview.steps) || Array.isArray(preview.diagnostics))
  if (!known) {
    throw new Error(
      `${source} is not a preview: it has neither steps nor diagnostics. Allowed: the output of pulumi preview --json`,
    )
  }
  return preview
}
