/** What a pull request from a fork gets: the steps of preview.yml as they stand, without a secret. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { start } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { cache, root, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
// A sandbox that runs is left alone by `sandbox start`: this one has free ports and no machines.
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
})
afterAll(() => sandbox?.stop())

const workflow = parse(readFileSync(join(root, '.github/workflows/preview.yml'), 'utf8'))
const { run: commands } = workflow.jobs.check.steps.find(({ name }: { name?: string }) =>
  name?.startsWith('preview of the dev stack'),
)

/** The commands in the shell that GitHub runs them with, and of the variables only what it sets. */
async function asWritten() {
  const summary = join(sandbox.dir, 'summary.md')
  writeFileSync(summary, '')
  const ran = await start('bash', ['-e', '-o', 'pipefail', '-c', commands], {
    cwd: project.folder,
    env: {
      PATH: process.env.PATH,
      HOME: sandbox.dir,
      PADLOCK_CACHE: cache,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: summary,
    },
  }).done
  return { ...ran, summary: readFileSync(summary, 'utf8') }
}

test('the stack is made in the sandbox, previewed, priced and judged; its settings stay', async () => {
  const settings = () => readFileSync(join(project.folder, 'Pulumi.dev.yaml'), 'utf8')
  const before = settings()
  const { code, output, summary } = await asWritten()
  if (code !== 0) throw new Error(output)
  expect(summary).toMatch(/^### `dev`: First deployment: creates \d+ resources\n/)
  expect(summary).toContain('#### Policies\n\n- **Advises** `no-secret-in-user-data`')
  expect(summary).toContain('Cost: \\$0.00 → \\$')
  expect(settings()).toBe(before)
  expect(await sandbox.droplets()).toEqual([])
})

test('a stack that is there already is previewed again', async () => {
  expect((await asWritten()).code).toBe(0)
})

test('a change that a policy stops fails the step, in the words of the rule', async () => {
  const path = join(project.folder, 'Pulumi.dev.yaml')
  const settings = parse(readFileSync(path, 'utf8'))
  settings.config['padlock:size'] = 's-8vcpu-16gb'
  writeFileSync(path, JSON.stringify(settings))
  const { code } = await asWritten()
  expect(code).toBe(1)
  const report = readFileSync(join(project.folder, 'report.md'), 'utf8')
  expect(report).toContain('Stopped by the policy monthly-cost: It costs')
  expect(report).toContain('- **Stops** `monthly-cost`: It costs')
})
