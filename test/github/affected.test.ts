import {
  affectedStacks,
  changedFiles,
  reviewedStacks,
  stackPreviews,
} from '../../ops/github/affected.ts'
import { postPreviews } from '../../ops/github/preview.ts'
import { makeRepository, type Repository, RUN, textsOn } from './repository.ts'

const stacks = ['production', 'staging']

test('the stacks are those with settings, without the sandbox and the template', () => {
  const files = [
    'Pulumi.yaml',
    'Pulumi.dev.yaml',
    'Pulumi.staging.yaml',
    'Pulumi.preview.yaml',
    'a',
  ]
  expect(reviewedStacks([...files, 'Pulumi.production.yaml'])).toEqual(stacks)
})

test.each([
  [['Pulumi.staging.yaml'], ['staging']],
  [['Pulumi.staging.yaml', 'docs/a.md', 'README.md'], ['staging']],
  [['components/host.ts'], stacks],
  [['package-lock.json'], stacks],
  [['policy/index.ts'], stacks],
  [['app/README.md'], stacks],
  [['app/tests/test_login.py', 'test/unit/a.test.ts', '.github/workflows/sweep.yml'], []],
  [['Pulumi.dev.yaml', 'Pulumi.preview.yaml'], []],
  [['something/new.ts'], stacks],
  [[], []],
])('a change of %j affects %j', (changed, affected) => {
  expect(affectedStacks(changed, stacks)).toEqual(affected)
})

test('a job of a pull request opens no stack of production, unless that is asked for', () => {
  const isProduction = (stack: string) => stack === 'production'
  const staging = { stack: 'staging', environment: 'preview' }
  expect(stackPreviews(stacks, isProduction, false)).toEqual([staging])
  expect(stackPreviews(['production'], isProduction, false)).toEqual([])
  expect(stackPreviews(stacks, isProduction, true)).toEqual([
    { stack: 'production', environment: 'preview-production' },
    staging,
  ])
})

describe('on a pull request', () => {
  let repository: Repository
  beforeEach(async () => {
    repository = await makeRepository()
  })
  afterEach(() => repository.close())

  test('all pages of the changed files are read; past what GitHub lists, all is affected', async () => {
    const files = Array.from({ length: 250 }, (_, n) => `docs/${n}.md`)
    const { number } = repository.pull({ files: [...files, 'index.ts'] })
    expect(await changedFiles(repository.github, number)).toHaveLength(251)
    const huge = repository.pull({ files: Array.from({ length: 3000 }, (_, n) => `docs/${n}.md`) })
    expect(await changedFiles(repository.github, huge.number)).toBeUndefined()
  })

  test('a file that was renamed counts under both names', async () => {
    const { number } = repository.pull({ files: ['Pulumi.staging.yaml -> docs/old.yaml'] })
    const changed = await changedFiles(repository.github, number)
    expect(affectedStacks(changed ?? [], stacks)).toEqual(['staging'])
  })

  test('each stack has its comment; a failed preview and one that is affected no more say so', async () => {
    const { number } = repository.pull()
    const post = (reports: [string, string | undefined][], run: number) =>
      postPreviews(repository.github, number, new Map(reports), { ...RUN, number: run })
    await post(
      [
        ['production', 'No change'],
        ['staging', 'Release only'],
      ],
      7,
    )
    expect(textsOn(repository, number)).toEqual(['No change', 'Release only'])
    await post([['production', undefined]], 8)
    expect(textsOn(repository, number)).toEqual([
      expect.stringMatching(/^### `production`\n\n\*\*No preview\*\*.*actions\/runs\/7/),
      expect.stringContaining('No file that it is made of changes any more'),
    ])
    await post([['staging', 'Replaces the droplet']], 9)
    expect(textsOn(repository, number)[1]).toBe('Replaces the droplet')
    expect(textsOn(repository, number)).toHaveLength(2)
  })
})
