import { parseArgs } from 'node:util'
import { sweep } from '../../github/sweep.ts'
import { CONNECTION_HELP, connect } from './connect.ts'
import { environments } from './environments.ts'

export const help = `padlock github sweep [--dry-run] [--repo OWNER/NAME]

\`padlock env sweep\` with what GitHub knows: environments of closed pull requests and of
those without the label preview-env are destroyed at once, those with the label keep are
held, and each pull request is told what became of its environment.

  --dry-run   says what it would do, and does nothing

${CONNECTION_HELP}
What \`padlock env\` needs for the accounts, it needs too.

Exit code 0: swept. 1: something is left, by name.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { 'dry-run': { type: 'boolean', default: false }, repo: { type: 'string' } },
  })
  const { github, runner } = connect(values.repo)
  const dryRun = values['dry-run']
  const { decisions, receipts } = await sweep(github, environments, { dryRun, run: runner.number })
  const rows = decisions.map(({ name, action, reason }) => `| ${name} | ${action} | ${reason} |`)
  const left = receipts.flatMap((receipt) => [
    ...receipt.left.map(
      ({ kind, name, id }) => `- left of ${receipt.stack}: ${kind} ${name} (${id})`,
    ),
    ...(receipt.kept ? [`- ${receipt.stack} was not touched: ${receipt.kept}`] : []),
  ])
  const title = dryRun ? 'Sweep, dry run' : 'Sweep'
  const table = ['| environment | | why |', '|---|---|---|', ...rows, '', ...left].join('\n')
  const told = rows.length > 0 ? table : 'No environment.'
  console.log(told)
  await runner.summary(`### ${title}\n\n${told}\n`)
  return left.length > 0 || decisions.some(({ action }) => action === 'leave') ? 1 : 0
}
