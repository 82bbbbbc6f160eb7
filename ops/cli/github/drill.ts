import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { noBackups } from '../../backups/drill-environment.ts'
import { type Drill, report, reportDrills, works } from '../../github/drill.ts'
import { outputsOf } from '../login.ts'
import { CONNECTION_HELP, connectForStack } from './connect.ts'

/** Characters of what a program said that stand in an issue. */
const MOST_SAID = 4000

export const help = `padlock github drill --stack STACK [--repo OWNER/NAME]

\`padlock restore --drill\` of the stack's newest backup, and then of the copy in a second region
where there is one (--copy), with their receipts on the page of the run, and one issue: opened
where one could not be restored or read, or something of the environment is left, and closed by
the next run that succeeds.

${CONNECTION_HELP}
What \`padlock env\` needs for the accounts, it needs too, and what opens the stack's state.

Exit code 0: restored, or the stack makes no backups. 1: one failed, and the issue says why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const opened = connectForStack(args)
  if (!opened) {
    console.error(help)
    return 2
  }
  const { stack, github, runner } = opened
  const drills = [await drillOf(stack)]
  if (drills[0]?.said?.includes(noBackups(stack))) return 0
  if (await hasCopy(stack)) drills.push(await drillOf(stack, true))
  const told = drills.map((one) => report(one)).join('\n')
  console.log(told)
  await runner.summary(told)
  console.log(await reportDrills(github, stack, drills, runner))
  return drills.every(works) ? 0 : 1
}

/** Where the outputs cannot be read, the drill says so itself. */
async function hasCopy(stack: string): Promise<boolean> {
  const outputs = await outputsOf(stack).catch(() => undefined)
  return outputs?.backupCopyAccess !== undefined
}

/** In a process of its own, whose words are shown as they come. */
async function drillOf(stack: string, copy = false): Promise<Drill> {
  const words = ['restore', '--drill', '--stack', stack, '--json', ...(copy ? ['--copy'] : [])]
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'main.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.pipe(process.stderr, { end: false })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  try {
    return { stack, copy, receipt: JSON.parse(stdout) }
  } catch {
    return { stack, copy, said: stderr.trim().slice(-MOST_SAID) || `it ended with code ${code}` }
  }
}
