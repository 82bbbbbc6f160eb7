/** `make test [SUITES="NAME ..."]`: runs suites side by side and ends with `N passed, N failed`. */
import { cleanCommit, noteRun } from './runner/record.ts'
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
  const commit = cleanCommit()
  const { outcomes, passed, failed, seconds } = await runSuites(suites, steps)
  console.log(`\n${summary(outcomes, seconds)}`)
  const long = outcomes.filter(({ name }) => suites.some((each) => each.long && each.name === name))
  if (commit && long.length > 0) noteRun(commit, began, long)
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
