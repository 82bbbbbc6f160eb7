/** `make test [SUITES="NAME ..."]`: runs suites side by side and ends with `N passed, N failed`. */
import { cleanCommit, record, writeRecord } from './runner/record.ts'
import { runSuites } from './runner/run.ts'
import { summary } from './runner/summary.ts'
import { steps } from './steps.ts'
import { chosenSuites, type Suite } from './suites.ts'

async function main(names: string[]): Promise<number> {
  let suites: Suite[]
  try {
    suites = chosenSuites(names)
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  const began = new Date()
  const commit = names.join(' ') === 'long' ? cleanCommit() : undefined
  const { outcomes, passed, failed, seconds } = await runSuites(suites, steps)
  console.log(`\n${summary(outcomes, seconds)}`)
  if (commit) writeRecord(record(commit, began, outcomes, seconds))
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
