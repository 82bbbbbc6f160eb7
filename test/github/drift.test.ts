import { reportDrift } from '../../ops/github/drift.ts'
import { addIssue, person } from '../support/github/state.ts'
import { makeRepository, type Repository, RUN, textsOn } from './repository.ts'

let repository: Repository

beforeEach(async () => {
  repository = await makeRepository()
})
afterEach(() => repository.close())

const drift = (report: string | undefined, stack = 'production') =>
  reportDrift(
    repository.github,
    { stack, drifted: report !== undefined, report: report ?? '' },
    RUN,
  )

test('one issue is opened, updated, closed and reopened', async () => {
  const { state, requests } = repository.server
  expect(await drift(undefined)).toBe('none')
  expect(state.issues).toEqual([])

  expect(await drift('the firewall was opened')).toBe('opened')
  const [issue] = state.issues
  expect(issue).toMatchObject({ state: 'open', labels: ['drift'] })
  expect(issue?.title).toContain('production')

  const before = requests.length
  expect(await drift('the firewall was opened')).toBe('unchanged')
  expect(requests.slice(before).filter((line) => !line.startsWith('GET'))).toEqual([])

  expect(await drift('the record is gone')).toBe('updated')
  expect(issue?.body).toContain('the record is gone')

  expect(await drift(undefined)).toBe('closed')
  expect(issue).toMatchObject({ state: 'closed', state_reason: 'completed' })
  expect(textsOn(repository, 1)).toEqual([expect.stringContaining('is gone ([seen](https://')])
  expect(await drift(undefined)).toBe('none')

  expect(await drift('again')).toBe('reopened')
  expect(issue).toMatchObject({ state: 'open' })
  expect(state.issues).toHaveLength(1)
})

test('is found behind 120 others with the label; foreign ones are left alone', async () => {
  const { state } = repository.server
  await drift('ours')
  for (let n = 0; n < 120; n++) {
    addIssue(state, { title: `${n}`, body: null, user: person(state, 'ada'), labels: ['drift'] })
  }
  const foreign = addIssue(state, {
    title: 'mine',
    body: '<!-- padlock:drift:production run=0 -->\nmine',
    user: person(state, 'mallory'),
    labels: ['drift'],
  })
  expect(await drift('ours, newer')).toBe('updated')
  expect(foreign.body).toContain('mine')
  expect(state.issues[0]?.body).toContain('ours, newer')
})

test('a second one that a race made is closed', async () => {
  const { state } = repository.server
  await Promise.all([drift('one'), drift('one')])
  expect(state.issues).toHaveLength(2)
  await drift('two')
  expect(state.issues.map((issue) => issue.state).sort()).toEqual(['closed', 'open'])
})

test('each stack has an issue of its own', async () => {
  await drift('a', 'production')
  await drift('b', 'staging')
  await drift(undefined, 'staging')
  expect(repository.server.state.issues.map(({ title, state }) => [title, state])).toEqual([
    [expect.stringContaining('production'), 'open'],
    [expect.stringContaining('staging'), 'closed'],
  ])
})
