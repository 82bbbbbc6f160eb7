/** What a policy has to say; `pulumi preview --json` does not hold it. */
export interface Violation {
  rule: string
  /** `mandatory` stops the update, `advisory` does not. */
  level: string
  /** Name of the resource; undefined where it is the stack as a whole. */
  resource?: string
  /** The rule's description, and on the next lines what it found. */
  message: string
}

export const stops = ({ level }: Violation): boolean => level === 'mandatory'

/** What a violation does, in a word. */
export const effectOf = (violation: Violation): string => (stops(violation) ? 'Stops' : 'Advises')

/** What the rule found; its description where it says no more. */
export function found({ message }: Violation): string {
  const [, ...rest] = message.split('\n')
  return rest.join(' ').trim() || message
}

/** Those that stop first, each once, whatever order the engine asked the rules in. */
export function inOrder(violations: Violation[]): Violation[] {
  const once = new Map(violations.map((each) => [JSON.stringify(key(each)), each]))
  return [...once.entries()]
    .sort(([a, one], [b, other]) => Number(stops(other)) - Number(stops(one)) || (a < b ? -1 : 1))
    .map(([, violation]) => violation)
}

const key = ({ rule, resource = '', message }: Violation) => [rule, resource, message]
