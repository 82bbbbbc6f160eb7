/**
 * The command of an end that takes its own package away from the host. The engine runs it again where it
 * was killed before it had saved that it had ended; it is content then with a program that is gone.
 * @param program name in `/usr/lib/padlock`
 * @param verb none for a program that has no other
 * @param gone what must hold where the program is not there, a command
 */
export function endOf(program: string, verb = '', gone = 'true'): string {
  const path = `/usr/lib/padlock/${program}`
  return `if sudo test ! -e ${path}; then ${gone}; else sudo ${`${path} ${verb}`.trimEnd()}; fi`
}
