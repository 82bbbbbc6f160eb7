/** What the workflows may not do, read from the files themselves. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { verbs } from '../../ops/cli/verbs.ts'
import { verbs as sandboxVerbs } from '../../sandbox/cli/verbs.ts'

interface Job {
  if?: string
  environment?: string
  permissions?: Record<string, string>
  concurrency?: { 'cancel-in-progress': boolean | string }
  'timeout-minutes'?: number
  strategy?: { matrix: object }
  steps: { uses?: string; run?: string; with?: Record<string, unknown>; env?: object }[]
}
interface Workflow {
  on: Record<string, unknown>
  permissions: object
  concurrency?: { 'cancel-in-progress': boolean | string }
  env?: object
  jobs: Record<string, Job>
}

const folder = join(import.meta.dirname, '../../.github/workflows')
const { dependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
)
const files = readdirSync(folder)
const texts = Object.fromEntries(
  files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
)
const workflows = Object.fromEntries(
  files.map((file) => [file, parse(texts[file] ?? '') as Workflow]),
)
const jobs = Object.entries(workflows).flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ where: `${file}: ${name}`, file, job })),
)
/** As GitHub writes an expression in a workflow. */
const expression = (text: string) => `$${`{{ ${text} }}`}`
const SAME_REPOSITORY = 'github.event.pull_request.head.repo.full_name == github.repository'

/** What a fork's code must not be able to reach. */
const isSensitive = (job: Job) =>
  /secrets\./.test(JSON.stringify(job)) ||
  job.environment !== undefined ||
  Object.values(job.permissions ?? {}).includes('write')

test('there are these', () => {
  expect(files.sort()).toEqual([
    'anonymise.yml',
    'backup.yml',
    'deploy.yml',
    'drift.yml',
    'ephemeral.yml',
    'image.yml',
    'preview.yml',
    'refresh.yml',
    'restore-drill.yml',
    'sweep.yml',
  ])
})

test('these begin by themselves: hourly, daily, weekly on Mondays, and monthly', () => {
  const schedules = Object.entries(workflows).flatMap(([file, { on }]) =>
    on.schedule ? [[file, (on.schedule as { cron: string }[]).map(({ cron }) => cron)]] : [],
  )
  const hourly = [expect.stringMatching(/^\d+ \* \* \* \*$/)]
  const daily = [expect.stringMatching(/^\d+ \d+ \* \* \*$/)]
  const weekly = [expect.stringMatching(/^\d+ \d+ \* \* 1$/)]
  const monthly = [expect.stringMatching(/^\d+ \d+ \d+ \* \*$/)]
  expect(Object.fromEntries(schedules)).toEqual({
    ...{ 'anonymise.yml': daily, 'backup.yml': daily, 'drift.yml': daily },
    ...{ 'image.yml': weekly, 'refresh.yml': weekly },
    ...{ 'restore-drill.yml': monthly, 'sweep.yml': hourly },
  })
})

test.each(files)('%s is not started by an event that hands a fork the secrets', (file) => {
  const events = Object.keys(workflows[file]?.on ?? {})
  expect(events).not.toContain('pull_request_target')
  expect(events).not.toContain('workflow_run')
})

test.each(files)(
  '%s grants nothing that a job does not ask for, and has secrets in steps only',
  (file) => {
    const { permissions, env, jobs } = workflows[file] as Workflow
    expect(permissions).toEqual({})
    expect(JSON.stringify(env ?? {})).not.toMatch(/secrets\./)
    for (const { steps, ...job } of Object.values(jobs)) {
      expect(JSON.stringify(job)).not.toMatch(/secrets\./)
      for (const { run } of steps) expect(run ?? '').not.toMatch(/\$\{\{/)
    }
  },
)

describe('on a pull request from a fork', () => {
  const onPulls = jobs.filter(({ file }) => 'pull_request' in (workflows[file]?.on ?? {}))
  const open = onPulls.filter(({ job }) => !(job.if ?? '').includes(SAME_REPOSITORY))

  test('the tests run, without any condition', () => {
    const check = jobs.find(({ where }) => where === 'preview.yml: check')?.job
    expect(check?.if).toBeUndefined()
    expect(check?.permissions).toEqual({ contents: 'read' })
    expect(check && isSensitive(check)).toBe(false)
  })

  test('no other job with a secret, an environment or a right to write runs', () => {
    const reachable = open.filter(({ job }) => isSensitive(job)).map(({ where }) => where)
    // comment: needs `stacks`, which has the condition. command: runs at a comment, see the next test.
    expect(reachable).toEqual(['ephemeral.yml: command', 'preview.yml: comment'])
    expect(jobs.find(({ where }) => where === 'preview.yml: comment')?.job).toMatchObject({
      if: "always() && needs.stacks.result == 'success'",
    })
    expect(workflows['preview.yml']?.jobs.stacks?.if).toBe(SAME_REPOSITORY)
  })

  test('the condition is not one of two ways in', () => {
    for (const { job } of onPulls.filter(({ job }) => job.if?.includes(SAME_REPOSITORY))) {
      const parts = (job.if ?? '').replace("github.event_name == 'workflow_dispatch' || ", '')
      expect(parts.split(SAME_REPOSITORY)[0]).not.toMatch(/\|\|/)
      expect(parts.split(SAME_REPOSITORY)[1]).toMatch(/^\)?$|^ &&/)
    }
  })

  test('a comment /preview runs the default branch without a key', () => {
    const command = workflows['ephemeral.yml']?.jobs.command as Job
    expect(command.if).toMatch(/^github.event_name == 'issue_comment' &&/)
    expect(command.environment).toBeUndefined()
    expect(JSON.stringify(command)).not.toMatch(/secrets\.|id-token/)
    const used = command.steps.flatMap(({ uses }) => uses?.split('@')[0] ?? [])
    expect(used).toEqual(['actions/checkout', 'actions/setup-node'])
    expect(command.steps[0]?.with).toEqual({ 'persist-credentials': false })
  })
})

describe('the keys to production’s backups, which its state holds', () => {
  const onPulls = jobs.filter(({ file }) => 'pull_request' in (workflows[file]?.on ?? {}))

  test('are in no environment that a job of a pull request waits for, unless a variable asks for it', () => {
    const used = onPulls.flatMap(({ where, job }) =>
      job.environment ? [[where, job.environment]] : [],
    )
    expect(used).toEqual([
      ['ephemeral.yml: environment', 'ephemeral'],
      ['preview.yml: preview', expression('matrix.environment')],
    ])
    const { stacks, preview } = workflows['preview.yml']?.jobs ?? {}
    expect(preview?.strategy?.matrix).toEqual({
      include: expression('fromJSON(needs.stacks.outputs.previews)'),
    })
    expect(stacks?.steps.at(-1)).toMatchObject({
      run: `./padlock github stacks $${'{PRODUCTION:+--production}'}`,
      env: { PRODUCTION: expression("vars.PREVIEW_PRODUCTION == 'true' && 'true' || ''") },
    })
  })

  test('are not opened by a token of the whole organisation, where a team is named', () => {
    const steps = jobs
      .flatMap(({ job }) => job.steps)
      .filter(({ uses }) => uses?.startsWith('pulumi/auth-actions@'))
    expect(steps.length).toBeGreaterThan(0)
    for (const { with: settings } of steps) {
      expect(settings).toEqual({
        organization: expression('vars.PULUMI_ORGANIZATION'),
        'requested-token-type': `urn:pulumi:token-type:access_token:${expression("vars.PULUMI_TEAM && 'team' || 'organization'")}`,
        scope: expression("vars.PULUMI_TEAM && format('team:{0}', vars.PULUMI_TEAM)"),
        'export-environment-variables': false,
      })
    }
  })
})

test.each(jobs)(
  '$where is cut off by no newer run, ends in time, and leaves no token behind',
  ({ file, job }) => {
    const groups = [workflows[file]?.concurrency, job.concurrency].filter(Boolean)
    expect(groups).toHaveLength(1)
    expect(groups[0]?.['cancel-in-progress']).toBe(false)
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts).toHaveLength(1)
    expect(checkouts[0]?.with?.['persist-credentials']).toBe(false)
  },
)

test('a refresh is a deployment like any other: planned, approved, and at the hand of a word', () => {
  const refresh = workflows['refresh.yml']?.jobs.refresh as Job
  expect(refresh.permissions).toEqual({ contents: 'read', actions: 'write' })
  expect(JSON.stringify(refresh)).not.toMatch(/secrets\./)
  const deploy = workflows['deploy.yml']
  const env = JSON.stringify(deploy?.env)
  expect(env).toContain("{{ inputs.refresh && 'true' || '' }}")
  expect(deploy?.on.workflow_dispatch).toMatchObject({ inputs: { refresh: { default: false } } })
})

test('an image is proposed by its digest, to be reviewed and released as any other change', () => {
  const image = workflows['image.yml']?.jobs.image as Job
  expect(image.if).toBe("vars.IMAGE != '' && github.ref == 'refs/heads/main'")
  const [build, push, propose] = image.steps.flatMap(({ run }) => run ?? [])
  expect(build).toMatch(/^podman build --pull=always --no-cache /)
  expect(push).toContain('--digestfile')
  expect(propose).toContain('.config["padlock:appImage"]')
  expect(JSON.stringify(image)).not.toMatch(/DIGITALOCEAN_TOKEN|AUTH0|PULUMI/)
})

test('a snapshot is made of main alone, where it is asked for, with the way to ssh that a deployment has', () => {
  const job = workflows['anonymise.yml']?.jobs.anonymise as Job
  expect(job.if).toBe("vars.ANONYMISE == 'true' && github.ref == 'refs/heads/main'")
  expect([job.environment, job.permissions]).toEqual([
    'anonymise',
    { contents: 'read', 'id-token': 'write' },
  ])
  const named = (file: string, name: string) =>
    Object.values(workflows[file]?.jobs ?? {})
      .flatMap(({ steps }) => steps as ({ name?: string; if?: string } & Job['steps'][number])[])
      .find((step) => step.name === name)
  for (const name of ['let this runner in to ssh', 'let it out again']) {
    const [own, deployment] = [named('anonymise.yml', name), named('deploy.yml', name)]
    expect([own?.if, own?.env]).toEqual([deployment?.if, deployment?.env])
  }
  const { run = '', env } = named('anonymise.yml', 'snapshot') ?? {}
  // The agent's key is in the environment of nothing that the job runs.
  expect(run.trim().split('\n').slice(-2)).toEqual([
    'unset SSH_PRIVATE_KEY',
    './padlock backup anonymise --stack production',
  ])
  expect(JSON.stringify(env)).not.toMatch(/DIGITALOCEAN|AUTH0|GITHUB_TOKEN/)
})

test('a job with a secret waits for an environment', () => {
  for (const { where, job } of jobs) {
    if (/secrets\./.test(JSON.stringify(job)))
      expect([where, job.environment]).toEqual([where, expect.any(String)])
  }
  expect(workflows['deploy.yml']?.jobs.apply?.environment).toBe('production')
})

test('every action is pinned to a commit, with its version beside it, the same one everywhere', () => {
  const pins = new Map<string, Set<string>>()
  for (const text of Object.values(texts)) {
    for (const [line, action = '', pin = ''] of text.matchAll(/uses: ([^@\s]+)@(.*)/g)) {
      expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      pins.set(action, (pins.get(action) ?? new Set()).add(pin))
    }
  }
  expect([...pins.keys()].sort()).toEqual([
    'actions/checkout',
    'actions/download-artifact',
    'actions/setup-node',
    'actions/upload-artifact',
    'pulumi/actions',
    'pulumi/auth-actions',
  ])
  for (const versions of pins.values()) expect(versions.size).toBe(1)
})

test('a job with a secret installs what production needs, without install scripts', () => {
  for (const { job } of jobs.filter(({ job }) => isSensitive(job))) {
    const runs = job.steps.map(({ run }) => run ?? '')
    const calls = runs.some((run) => run.includes('./padlock'))
    if (calls) expect(runs).toContain('npm ci --omit=dev --ignore-scripts')
    expect(runs.join('\n')).not.toMatch(/\b(make|npx|npm (install|run))\b/)
  }
})

test('the engine is the one that the SDK belongs to', () => {
  const engines = jobs.flatMap(({ job }) =>
    job.steps.filter(({ uses }) => uses?.startsWith('pulumi/actions@')),
  )
  expect(engines.length).toBeGreaterThan(0)
  for (const { with: settings } of engines) {
    expect(settings).toEqual({ 'pulumi-version': dependencies['@pulumi/pulumi'] })
  }
})

test('what they call of ./padlock exists', () => {
  const ofSandbox = Object.keys(sandboxVerbs).map((name) => `sandbox ${name}`)
  const known = new Set([...verbs.map(({ words }) => words), ...ofSandbox])
  for (const { job } of jobs) {
    for (const { run = '' } of job.steps) {
      for (const [, line = ''] of run.matchAll(/\.\/padlock ([^\n]+)/g)) {
        expect([...known].filter((words) => `${line} `.startsWith(`${words} `))).toHaveLength(1)
      }
    }
  }
})

test.each([
  [0, 0, 0],
  [0, 1, 1],
  [255, 0, 255],
  [255, 1, 255],
])(
  'an update that ends with %i, and an export of the state with %i: the step ends with %i',
  (applied, exported, ends) => {
    const run = workflows['deploy.yml']?.jobs.apply?.steps.find((step) =>
      step.run?.includes('plan apply'),
    )?.run
    const folder = mkdtempSync(join(tmpdir(), 'apply-'))
    const padlock = `#!/bin/sh\necho "$*" >>calls\n[ "$1" = plan ] && exit ${applied}\nexit ${exported}\n`
    writeFileSync(join(folder, 'padlock'), padlock, { mode: 0o755 })
    const env = { PATH: process.env.PATH, STACK: 'production' }
    // As GitHub runs a step without `shell`.
    const { status } = spawnSync('bash', ['-e', '-c', run ?? 'exit 9'], { cwd: folder, env })
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    rmSync(folder, { recursive: true })
    expect([status, calls]).toEqual([
      ends,
      ['plan apply --stack production --from plan', 'backup state --stack production'],
    ])
  },
)
