/** The verbs as a workflow calls them: a process with GitHub's variables. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addComment, person } from '../support/github/state.ts'
import { makeRepository, type Repository, textsOn } from './repository.ts'

// The real client rests between two writes, as GitHub asks.
const PADLOCK = join(import.meta.dirname, '../../padlock')

let repository: Repository
let folder: string
beforeEach(async () => {
  repository = await makeRepository()
  folder = mkdtempSync(join(tmpdir(), 'padlock-verbs-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await repository.close()
})

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

function padlock(event: { name: string; payload: object }, ...args: string[]): Promise<Ran> {
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event.payload))
  const child = spawn(PADLOCK, args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: repository.server.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '1234',
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_TOKEN: 'ghs-run',
    },
  })
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (text) => {
    ran.stdout += text
  })
  child.stderr.on('data', (text) => {
    ran.stderr += text
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ ...ran, code }))
  })
}

/** What the verb has handed to later jobs, the newest of each name. */
function outputs(): Record<string, unknown> {
  const text = readFileSync(join(folder, 'output'), 'utf8')
  const found = [...text.matchAll(/^(\S+)<<(\S+)\n(.*)\n\2\n/gm)]
  return Object.fromEntries(found.map(([, name, , value = '']) => [name, JSON.parse(value)]))
}

const onPull = (number: number) => ({
  name: 'pull_request',
  payload: { action: 'synchronize', pull_request: { number } },
})

test('github stacks and github preview: from the changed files to the comments', async () => {
  const { number } = repository.pull({ files: ['Pulumi.staging.yaml'] })
  for (const stack of ['dev', 'production', 'staging']) {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), '')
  }
  const stacks = await padlock(onPull(number), 'github', 'stacks')
  expect(stacks).toMatchObject({ code: 0, stderr: '' })
  expect(stacks.stdout).toBe('::add-mask::ghs-run\n["staging"]\n')
  expect(outputs()).toEqual({
    stacks: ['staging'],
    previews: [{ stack: 'staging', environment: 'preview' }],
  })

  writeFileSync(join(folder, 'staging.md'), 'No change\n')
  const shown = ['--stacks', '["staging"]', '--reports', '.']
  expect(await padlock(onPull(number), 'github', 'preview', ...shown)).toMatchObject({ code: 0 })
  expect(repository.server.state.comments.map(({ body }) => body)).toEqual([
    '<!-- padlock:preview:staging run=1234 -->\nNo change\n',
  ])
})

test('a stack of production has a preview where that is asked for, and a comment with the reason where not', async () => {
  const { number } = repository.pull({ files: ['index.ts'] })
  for (const [stack, text] of [
    ['production', ''],
    ['shop-eu', 'config:\n  padlock:environment: Production\n'],
    ['staging', 'config:\n  padlock:environment: Staging\n'],
  ])
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `${text}`)
  await padlock(onPull(number), 'github', 'stacks', '--production')
  const own = 'preview-production'
  expect(outputs().previews).toEqual([
    { stack: 'production', environment: own },
    { stack: 'shop-eu', environment: own },
    { stack: 'staging', environment: 'preview' },
  ])
  await padlock(onPull(number), 'github', 'stacks')
  const { stacks, previews } = outputs()
  expect(previews).toEqual([{ stack: 'staging', environment: 'preview' }])
  writeFileSync(join(folder, 'staging.md'), 'No change\n')
  const shown = ['--stacks', JSON.stringify(stacks), '--previews', JSON.stringify(previews)]
  const ran = await padlock(onPull(number), 'github', 'preview', ...shown, '--reports', '.')
  expect(ran).toMatchObject({ code: 0 })
  const leftOut = (stack: string) =>
    expect.stringMatching(`### \`${stack}\`\n\n\\*\\*No preview here\\*\\*.*PREVIEW_PRODUCTION`)
  expect(textsOn(repository, number)).toEqual([
    leftOut('production'),
    leftOut('shop-eu'),
    'No change\n',
  ])
})

test('github command: from the comment to the label and the workflow', async () => {
  const { state } = repository.server
  const pull = repository.pull({ branch: 'nicer' })
  const { id } = addComment(state, pull.number, person(state, 'ada'), '/preview')
  const payload = {
    issue: { number: pull.number, pull_request: {} },
    comment: { id, body: '/preview', user: { login: 'ada' } },
  }
  const ran = await padlock({ name: 'issue_comment', payload }, 'github', 'command')
  expect(ran).toMatchObject({ code: 0, stdout: '::add-mask::ghs-run\nstarted\n' })
  expect(pull.labels).toEqual(['preview-env'])
  expect(state.dispatches).toMatchObject([{ ref: 'nicer' }])
})

test('github comment: makes, updates and deletes', async () => {
  const { number } = repository.pull()
  const comment = (...more: string[]) =>
    padlock({ name: 'schedule', payload: {} }, 'github', 'comment', '--key', 'note', ...more)
  writeFileSync(join(folder, 'note.md'), 'one')
  const place = ['--number', String(number)]
  expect((await comment('--file', 'note.md', ...place)).stdout).toMatch(/created\n$/)
  expect((await comment('--file', 'note.md', ...place)).stdout).toMatch(/unchanged\n$/)
  expect(textsOn(repository, number)).toEqual(['one'])
  expect(await comment('--delete', ...place)).toMatchObject({ code: 0 })
  expect(textsOn(repository, number)).toEqual([])

  expect(await comment('--file', 'note.md')).toMatchObject({
    code: 1,
    stderr: 'padlock: the event schedule is about no pull request: --number N\n',
  })
  expect(await comment(...place)).toMatchObject({ code: 2 })
  expect(await comment('--file', 'note.md', '--number', '1x')).toMatchObject({
    code: 1,
    stderr: 'padlock: --number is 1x; it must be the number of a pull request\n',
  })
})

test('github drill: one that does not come to a receipt is told by its words, and is no success', async () => {
  writeFileSync(join(folder, 'Pulumi.yaml'), 'name: shop\n')
  const event = { name: 'schedule', payload: {} }
  const ran = await padlock(event, 'github', 'drill', '--stack', 'production')
  expect(ran.code).toBe(1)
  expect(ran.stderr).toContain('Pulumi.preview.yaml is not here')
  expect(ran.stdout).toMatch(/\*\*Nothing was restored\.\*\*[\s\S]*\nopened\n$/)
  const [issue] = repository.server.state.issues
  expect(issue).toMatchObject({ state: 'open', labels: ['restore-drill'] })
  expect(issue?.body).toContain('Pulumi.preview.yaml is not here')
})

test.each(['drill', 'drift'])(
  'github %s: wants a stack by its name, and no other words',
  async (verb) => {
    const event = { name: 'schedule', payload: {} }
    const help = expect.stringContaining(`padlock github ${verb} --stack STACK`)
    for (const words of [[], ['--stack', '']])
      expect(await padlock(event, 'github', verb, ...words)).toMatchObject({
        code: 2,
        stderr: help,
      })
    const ran = await padlock(event, 'github', verb, '--stack', 'production', '--number', '1')
    expect([ran.code, repository.server.state.issues]).toEqual([2, []])
  },
)
