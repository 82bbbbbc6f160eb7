import { sweep } from '../../ops/github/sweep.ts'
import { makeRepository, type Repository, rememberedEnvironments, textsOn } from './repository.ts'

let repository: Repository
let environments: ReturnType<typeof rememberedEnvironments>

beforeEach(async () => {
  repository = await makeRepository()
  environments = rememberedEnvironments()
})
afterEach(() => repository.close())

const run = (dryRun = false) => sweep(repository.github, environments, { dryRun, run: 7 })

test('holds, expires and ends each environment for its own reason', async () => {
  repository.pull({ labels: ['preview-env'] })
  repository.pull({ labels: ['preview-env', 'keep'] })
  const closed = repository.pull({ labels: ['preview-env'] })
  closed.state = 'closed'
  repository.pull({ labels: [] })
  const late = repository.pull({ labels: ['preview-env'] })
  environments.living = new Set(['pr-1', 'pr-2', 'pr-3', 'pr-4', 'pr-5', 'by-hand', 'pr-99'])
  environments.expired = new Set(['pr-2', 'pr-5', 'by-hand'])

  const report = await run()
  expect(environments.calls).toEqual([
    'down pr-3 --no-wait',
    'down pr-4 --no-wait',
    'sweep --keep pr-2 --keep pr-3 --keep pr-4',
  ])
  expect([...environments.living].sort()).toEqual(['pr-1', 'pr-2', 'pr-99'])
  const destroyed = report.decisions.filter(({ action }) => action === 'destroy')
  expect(destroyed.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    'pr-3: the pull request is closed',
    'pr-4: the label was taken off',
    'pr-5: expired',
    'by-hand: expired',
  ])
  expect(report.receipts.map(({ stack }) => stack)).toEqual(['pr-3', 'pr-4', 'pr-5', 'by-hand'])
  expect(late.labels).toEqual([])
  expect(textsOn(repository, late.number)).toEqual([expect.stringContaining('(expired)')])
  expect(textsOn(repository, 1)).toEqual([])
})

test('an environment whose number is no pull request here ends by its expiry alone', async () => {
  environments.living = new Set(['pr-98', 'pr-99'])
  environments.expired = new Set(['pr-99'])
  await run()
  expect(environments.calls).toEqual(['sweep'])
  expect([...environments.living]).toEqual(['pr-98'])
})

test.each(['locked', 'busy'] as const)(
  'an environment that another update is at work on is left alone (%s)',
  async (how) => {
    const closed = repository.pull({ labels: ['preview-env'] })
    closed.state = 'closed'
    environments.living = new Set(['pr-1'])
    environments[how].add('pr-1')
    const { decisions, receipts } = await run()
    expect(environments.calls).toEqual([
      ...(how === 'locked' ? ['down pr-1 --no-wait'] : []),
      'sweep',
    ])
    expect(receipts).toEqual([])
    expect(decisions).toMatchObject([{ name: 'pr-1', action: 'keep' }])
    if (how === 'locked') expect(decisions[0]?.reason).toBe('an update is in progress')
    expect(textsOn(repository, closed.number)).toEqual([])
    expect(closed.labels).toEqual(['preview-env'])

    environments[how].clear()
    expect((await run()).receipts).toMatchObject([{ stack: 'pr-1', left: [] }])
    expect(textsOn(repository, closed.number)).toEqual([expect.stringContaining('nothing is left')])
  },
)

test('reads all pages of the open pull requests', async () => {
  for (let n = 0; n < 230; n++) repository.pull({ branch: `b${n}`, labels: ['preview-env'] })
  environments.living = new Set(Array.from({ length: 230 }, (_, n) => `pr-${n + 1}`))
  expect((await run()).receipts).toEqual([])
  expect(repository.server.requests).toHaveLength(3)
})

test('a dry run changes nothing, here and at GitHub', async () => {
  const closed = repository.pull({ labels: ['preview-env'] })
  closed.state = 'closed'
  environments.living = new Set(['pr-1'])
  const report = await run(true)
  expect(environments.calls).toEqual(['sweep --dry-run --keep pr-1'])
  expect(report).toEqual({
    decisions: [{ name: 'pr-1', action: 'destroy', reason: 'the pull request is closed' }],
    receipts: [],
  })
  expect(repository.server.requests.filter((line) => !line.startsWith('GET'))).toEqual([])
})
