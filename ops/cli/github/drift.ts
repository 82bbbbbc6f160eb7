import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportDrift } from '../../github/drift.ts'
import { findDrift } from '../../preview/drift.ts'
import { CONNECTION_HELP, connectForStack } from './connect.ts'

export const help = `padlock github drift --stack STACK [--repo OWNER/NAME]

Asks the accounts whether they are what the stack's state says (\`pulumi refresh
--preview-only\`, which changes nothing) and keeps one issue about it: opened with the
report, updated while the drift lasts, closed when it is gone.

${CONNECTION_HELP}

Exit code 0: the issue is as it should be, drift or none. 1: the accounts could not be asked,
or what GitHub says. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const opened = connectForStack(args)
  if (!opened) {
    console.error(help)
    return 2
  }
  const { stack, github, runner } = opened
  const folder = await mkdtemp(join(tmpdir(), 'padlock-drift-'))
  try {
    const drifted = await findDrift(stack, folder)
    const report = await readFile(join(folder, 'report.md'), 'utf8')
    await runner.summary(report)
    console.log(await reportDrift(github, { stack, drifted, report }, runner))
    return 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
