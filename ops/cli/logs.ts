import { parseArgs } from 'node:util'
import { chosenStack, outputsOf, watch } from './login.ts'

export const help = `padlock logs [-f] [--lines NUMBER] [--stack NAME]

What the app, the proxy and the programs that set the host up and release on it say, as one
stream: time (UTC), who, and what. The stack is the one that is selected, unless it is named.

  -f, --follow   go on with what comes, until Ctrl-C
  --lines        how many of the last lines to begin with; default 100

The proxy's entries are told in words, without query strings, cookies and headers. The values
of the app's secrets are replaced by their names, wherever the app wrote them as they are.

Exit code 0: printed. 1: no such stack, or its host cannot be reached. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      stack: { type: 'string' },
      follow: { type: 'boolean', short: 'f', default: false },
      lines: { type: 'string', default: '100' },
    },
  })
  const { follow, lines } = values
  if (!/^\d{1,6}$/.test(lines)) {
    console.error(`padlock logs: --lines is "${lines}". Allowed: a whole number\n\n${help}`)
    return 2
  }
  const stack = await chosenStack(values.stack)
  const words = ['logs', '--lines', lines, ...(follow ? ['--follow'] : [])]
  return watch(stack, await outputsOf(stack), words)
}
