import { verbs } from './verbs.ts'

const USAGE = `padlock sandbox: DigitalOcean, Auth0, certificate authority and droplets on this computer

  ./padlock sandbox VERB [ARGUMENTS]     ./padlock sandbox VERB --help

${Object.entries(verbs)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

They touch nothing but the sandbox: a stack whose endpoints are not on this computer is an
error. For pulumi and the operators' verbs here: . .sandbox/env

Exit codes: 0 done, 1 not done and why, 2 a wrong command line.`

/** Logins and keys of real accounts; PULUMI_HOME stays, as its plugins are looked for. */
const REAL = /^(PULUMI_(?!HOME$)|DIGITALOCEAN_|SPACES_|AUTH0_)/

async function main([name = '', ...args]: string[]): Promise<number> {
  const verb = Object.hasOwn(verbs, name) && (await verbs[name]?.load())
  if (!verb) {
    const asked = ['', '--help', '-h', 'help'].includes(name)
    if (!asked) console.error(`padlock sandbox: there is no verb ${name}\n`)
    ;(asked ? console.log : console.error)(USAGE)
    return asked ? 0 : 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(verb.help)
    return 0
  }
  for (const variable of Object.keys(process.env)) {
    if (REAL.test(variable)) delete process.env[variable]
  }
  return verb.run(args)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`padlock sandbox: ${(error as Error).message}`)
  process.exitCode = 1
}
