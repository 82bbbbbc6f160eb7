import { verbs } from './verbs.ts'

const USAGE = `padlock: what an operator runs against stacks that is not pulumi itself

  ./padlock VERB [ARGUMENTS]     ./padlock VERB --help

${verbs.map(({ words, summary }) => `  ${words.padEnd(20)} ${summary}`).join('\n')}

They work on the backend that you are logged in to. A deployment on this computer:
./padlock sandbox --help, and . .sandbox/env for these verbs there.

Examples
  ./padlock preview --stack production          what an update would do
  ./padlock ssh --stack production uptime       run a command on the droplet

Exit codes: 0 done, 1 not done and why, 2 a wrong command line.`

/** Finds the verb by its longest form, `env up` before `env`. */
async function main(argv: string[]): Promise<number> {
  const line = `${argv.join(' ')} `
  const found = verbs.find(({ words }) => line.startsWith(`${words} `))
  if (!found) {
    const asked = argv.length === 0 || ['--help', '-h', 'help'].includes(argv[0] ?? '')
    if (!asked) console.error(`padlock: there is no verb ${argv[0]}\n`)
    ;(asked ? console.log : console.error)(USAGE)
    return asked ? 0 : 2
  }
  const verb = await found.load()
  const args = argv.slice(found.words.split(' ').length)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(verb.help)
    return 0
  }
  return verb.run(args)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const { message, code = '' } = error as NodeJS.ErrnoException
  console.error(`padlock: ${message}`)
  process.exitCode = code.startsWith('ERR_PARSE_ARGS') ? 2 : 1
}
