/** The errors and warnings in what the engine printed, without its progress and outputs. */
export function diagnostics(printed: string): string {
  const [, after] = printed.split(/^Diagnostics:$/m)
  return (after ?? printed).split(/^(?:Outputs|Resources|Duration):/m)[0]?.trim() ?? ''
}
