/**
 * The flags by which `pulumi up` and `pulumi preview`, run in the project's folder, judge what they
 * are about to do by the rules in `policy/`; which rules stop and which advise is in its settings.
 */
export function policyFlags(): string[] {
  return ['--policy-pack', 'policy', '--policy-pack-config', 'policy/settings.json']
}
