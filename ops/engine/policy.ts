/**
 * The flags by which `pulumi up` and `pulumi preview`, run in the project's folder, judge what they
 * are about to do by the rules in `policy/`; which rules stop and which advise is in its settings.
 */
export function policyFlags(): string[] {
  return ['--policy-pack', 'policy', '--policy-pack-config', 'policy/settings.json']
}

/**
 * What makes `pulumi` write its events to a file, one JSON object a line, as the Automation API has
 * it do: the flag is there only with the variable.
 */
export function eventLog(file: string): { flags: string[]; environment: Record<string, string> } {
  return { flags: ['--event-log', file], environment: { PULUMI_DEBUG_COMMANDS: 'true' } }
}
