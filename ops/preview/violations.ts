import type { Violation } from '../report/violation.ts'

/**
 * The violations in the text of the engine's event log, in its order. `pulumi preview --json` says
 * no more of them than that the preview failed.
 */
export function violations(events: string): Violation[] {
  return events
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => {
      const { policyEvent: event } = JSON.parse(line)
      if (!event) return []
      const [, , type, name] = (event.resourceUrn ?? '').split('::')
      return [
        {
          rule: event.policyName,
          level: event.enforcementLevel,
          ...(name && type !== 'pulumi:pulumi:Stack' && { resource: name }),
          // The log carries the engine's marks for colours: <{%reset%}>.
          message: event.message.replace(/<\{%.*?%\}>/g, '').trim(),
        },
      ]
    })
}
