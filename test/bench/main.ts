/**
 * `npm run bench [-- --rounds 5]`: what a `pulumi preview` of an unchanged stack takes beside that
 * of an empty program, and of the same resources with literal inputs and no account asked. The
 * stack is a real one of the engine, on simulated accounts with the engine tests' hosts.
 *
 * The programs take turns, so that a computer which gets busier is busier for all. Prints medians,
 * each with the least and the most, and the requests of one preview.
 */
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  environmentOf,
  type Json,
  root,
  type Sandbox,
  startSandbox,
} from '../engine/support/sandbox.ts'
import { openStack } from '../engine/support/stack.ts'
import { type Cost, measure, median } from './measure.ts'
import { literalProgram, writeProgram } from './programs.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })

const sandbox = await startSandbox()
try {
  const stack = await openStack(sandbox, 'dev')
  const other = await openStack(sandbox, 'empty')
  await stack.up()
  const exported = await stack.run('stack export --show-secrets')
  const resources: Json[] = JSON.parse(exported.stdout).deployment.resources
  const folder = (name: string) => join(sandbox.dir, 'bench', name)
  const literals = literalProgram(resources)
  writeProgram(folder('empty'), '')
  writeProgram(folder('literal'), literals)
  writeProgram(folder('asking'), `${accountsAsked(resources)}${literals}`)

  const programs = {
    empty: { cwd: folder('empty'), stack: other },
    'literal inputs': { cwd: folder('literal'), stack },
    'literal inputs, accounts asked': { cwd: folder('asking'), stack },
    padlock: { cwd: root, stack },
  }
  const env = { ...process.env, ...(await environmentOf(sandbox)) }
  const command = (name: keyof typeof programs, words: string[]) => {
    const { cwd, stack } = programs[name]
    const where = ['--stack', stack.name, '--config-file', stack.configFile]
    return measure(['pulumi', ...words, '--non-interactive', ...where], { cwd, env })
  }
  await command('empty', ['up', '--yes', '--skip-preview'])
  const costs = new Map<string, Cost[]>(Object.keys(programs).map((name) => [name, []]))
  // The first round fills Node's compile cache and the files of the system's.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const name of Object.keys(programs) as (keyof typeof programs)[]) {
      const cost = await command(name, ['preview', '--expect-no-changes'])
      if (round > 0) costs.get(name)!.push(cost)
    }
  }
  const before = await counts(sandbox)
  await stack.run('preview --expect-no-changes')
  const after = await counts(sandbox)

  console.log(`${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB,`)
  console.log(
    `Node.js ${process.versions.node}, ${values.rounds} rounds, ${resources.length} resources\n`,
  )
  console.log('| Program | seconds: median (least-most) | processor seconds |\n|---|---|---|')
  for (const [name, all] of costs) {
    console.log(`| ${name} | ${cell(all, 'wallSeconds')} | ${cell(all, 'cpuSeconds')} |`)
  }
  const of = (name: string, kind: keyof Cost) => median(costs.get(name)!.map((cost) => cost[kind]))
  const ratio = (kind: keyof Cost) => (of('padlock', kind) / of('literal inputs', kind)).toFixed(2)
  console.log(`\npadlock / literal inputs: ${ratio('wallSeconds')} of the time,`)
  console.log(`${ratio('cpuSeconds')} of the processor time\n\nRequests of one preview:`)
  for (const [request, count] of Object.entries(after)) {
    const made = count - (before[request] ?? 0)
    if (made > 0) console.log(`  ${made} ${request}`)
  }
} finally {
  await sandbox.stop()
}

/** The preflight with the stack's values and state, as the first lines of a program. */
function accountsAsked(resources: Json[]): string {
  const { region, size, image } = resources.find(({ type }) => /:Droplet$/.test(type)).inputs
  const { owner } = resources.find(({ type }) => /:Deployment$/.test(type)).inputs
  const options = {
    ...{ name: 'padlock-dev', owner, region, size, image, sshKey: 'state' },
    ...{ protectDroplet: false, mayReplace: false },
    ...{ zone: 'padlock.localhost', recordName: 'dev', manageZone: true },
    identity: {
      connections: ['Username-Password-Authentication'],
      signUp: 'closed',
      verifiedConnections: [],
    },
  }
  const from = (file: string) => `'${join(root, 'components', file)}'`
  return [
    `import { formerResources } from ${from('state.ts')}`,
    `import { preflight } from ${from('preflight.ts')}`,
    `await preflight(${JSON.stringify(options)}, await formerResources())`,
    '',
  ].join('\n')
}

function cell(costs: Cost[], kind: keyof Cost): string {
  const numbers = costs.map((cost) => cost[kind])
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  return `${median(numbers).toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`
}

async function counts({ control }: Sandbox): Promise<Record<string, number>> {
  const { calls } = await control.status()
  return { ...calls.digitalocean, ...calls.auth0 }
}
