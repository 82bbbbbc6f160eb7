import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { isSecretName } from '../../policy/secrets.ts'

/** Bytes of one step's summary at most. */
const SUMMARY_LIMIT = 1024 * 1024
/** Shorter values would blacken innocent words of the log. */
const SHORTEST_SECRET = 6

/**
 * The run of a workflow, from within: files that the next step reads and commands on standard
 * output. Outside of a run nothing is written.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export interface Runner {
  /** Hides the values of all variables that are named like secrets from the rest of the log. */
  maskSecrets(): void
  /** Gives a later step or job a value. */
  output(name: string, value: string): Promise<void>
  /** Adds Markdown to the page of the run. */
  summary(markdown: string): Promise<void>
  /** Numbers the run: a later one has a greater number. 0 outside of a run. */
  number: number
  /** Where the run can be read; empty outside of a run. */
  url: string
}

export function thisRunner(
  env: NodeJS.ProcessEnv,
  print: (line: string) => void = console.log,
): Runner {
  const isRun = env.GITHUB_ACTIONS === 'true'
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env
  return {
    number: isRun ? Number(id ?? 0) : 0,
    url: isRun && server && repository && id ? `${server}/${repository}/actions/runs/${id}` : '',
    maskSecrets() {
      if (!isRun) return
      for (const [name, value] of Object.entries(env)) {
        if (!value || !isSecretName(name)) continue
        // The log is masked line by line.
        for (const line of value.split(/\r?\n/)) {
          if (line.length >= SHORTEST_SECRET) print(`::add-mask::${escapeData(line)}`)
        }
      }
    },
    async output(name, value) {
      if (!isRun || !env.GITHUB_OUTPUT) return
      // A delimiter that nobody can guess: a value cannot smuggle in a second output.
      const end = `end-${randomUUID()}`
      await appendFile(env.GITHUB_OUTPUT, `${name}<<${end}\n${value}\n${end}\n`)
    },
    async summary(markdown) {
      if (!isRun || !env.GITHUB_STEP_SUMMARY) return
      const bytes = Buffer.from(`${markdown}\n`).subarray(0, SUMMARY_LIMIT)
      await appendFile(env.GITHUB_STEP_SUMMARY, bytes)
    },
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
