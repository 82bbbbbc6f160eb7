const ATTEMPT = / Dial \d+\/inf failed: retrying$/

/**
 * What a line of the engine says beside the attempts to reach a host that still boots; undefined
 * for one that says nothing else.
 */
export function withoutAttempts(line: string): string | undefined {
  if (!ATTEMPT.test(line)) return line
  return / creating \(\d+s\) Dial /.test(line) ? undefined : line.replace(ATTEMPT, '')
}
