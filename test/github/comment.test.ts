import { COMMENT_LIMIT, putComment, removeComment } from '../../ops/github/comment.ts'
import { addComment, person } from '../support/github/state.ts'
import { BOT, makeRepository, type Repository, textsOn } from './repository.ts'

let repository: Repository
let number: number
const mark = (key: string, run = 7) => ({ key, run })

beforeEach(async () => {
  repository = await makeRepository()
  number = repository.pull().number
})
afterEach(() => repository.close())

test('is made once and then updated in place', async () => {
  const { github, server } = repository
  expect(await putComment(github, number, mark('preview:production'), 'one')).toBe('created')
  const [first] = server.state.comments
  expect(await putComment(github, number, mark('preview:production', 8), 'two')).toBe('updated')
  expect(await putComment(github, number, mark('preview:production', 8), 'two')).toBe('unchanged')
  expect(textsOn(repository, number)).toEqual(['two'])
  expect(server.state.comments[0]?.id).toBe(first?.id)
})

test('is found among 150 others, on a later page', async () => {
  const { github, server } = repository
  for (let n = 0; n < 150; n++)
    addComment(server.state, number, person(server.state, 'ada'), `${n}`)
  await putComment(github, number, mark('environment'), 'one')
  for (let n = 0; n < 150; n++)
    addComment(server.state, number, person(server.state, 'ada'), `${n}`)
  expect(await putComment(github, number, mark('environment', 8), 'two')).toBe('updated')
  expect(textsOn(repository, number).filter((text) => !/^\d+$/.test(text))).toEqual(['two'])
  const pages = server.requests.filter((line) => /comments\?.*page=\d/.test(line))
  expect(pages).toContain(`GET /repos/acme/shop/issues/${number}/comments?per_page=100&page=4`)
})

test('two runs at the same time leave one comment, with the text of one of them', async () => {
  const { connect, server } = repository
  const [one, other] = [connect('ghs-run'), connect('ghs-run')]
  for (let round = 0; round < 10; round++) {
    const key = mark(`round${round}`)
    await Promise.all([
      putComment(one, number, key, `one ${round}`),
      putComment(other, number, key, `other ${round}`),
    ])
    const left = textsOn(repository, number).filter((text) => text.endsWith(` ${round}`))
    expect(left).toHaveLength(1)
  }
  const made = server.requests.filter((line) => line.startsWith('POST')).length
  expect(made).toBeGreaterThan(10)
})

test('an older run does not overwrite what a newer one wrote', async () => {
  const { github } = repository
  await putComment(github, number, mark('environment', 9), 'newer')
  expect(await putComment(github, number, mark('environment', 8), 'older')).toBe('superseded')
  expect(textsOn(repository, number)).toEqual(['newer'])
})

test('each key has a comment of its own; one can be removed', async () => {
  const { github } = repository
  await putComment(github, number, mark('preview:production'), 'production')
  await putComment(github, number, mark('preview:staging'), 'staging')
  await removeComment(github, number, 'preview:production')
  await removeComment(github, number, 'preview:production')
  expect(textsOn(repository, number)).toEqual(['staging'])
})

test("somebody else's comment with our mark is left alone", async () => {
  const { github, server } = repository
  const foreign = '<!-- padlock:environment run=1 -->\nmine'
  addComment(server.state, number, person(server.state, 'mallory'), foreign)
  await putComment(github, number, mark('environment'), 'ours')
  expect(server.state.comments.map(({ body, user }) => [user.login, body])).toEqual([
    ['mallory', foreign],
    [BOT, '<!-- padlock:environment run=7 -->\nours'],
  ])
})

test('by hand, with the token of a person, it is that person who comments', async () => {
  const { connect, server } = repository
  await putComment(connect('ghp-ada'), number, mark('environment', 0), 'by hand')
  await putComment(connect('ghp-ada'), number, mark('environment', 0), 'again')
  expect(server.state.comments.map(({ user }) => user.login)).toEqual(['ada'])
})

test('one that a browser gave CRLF is still ours', async () => {
  const { github, server } = repository
  await putComment(github, number, mark('environment'), 'one')
  const [comment] = server.state.comments
  if (comment) comment.body = comment.body.replaceAll('\n', '\r\n')
  await putComment(github, number, mark('environment'), 'two')
  expect(textsOn(repository, number)).toEqual(['two'])
})

test('a text over the limit is cut at a line', async () => {
  const { github, server } = repository
  const row = '| 1234567 |\n'
  await putComment(github, number, mark('environment'), row.repeat(8000))
  const body = server.state.comments[0]?.body ?? ''
  expect(body.length).toBeLessThanOrEqual(COMMENT_LIMIT)
  expect(body.length).toBeGreaterThan(COMMENT_LIMIT - 200)
  expect(body.split('\n').filter((line) => line.startsWith('|') && !line.endsWith('|'))).toEqual([])
  expect(body).toMatch(/_Cut at the limit/)
})

test('a key that could break out of its hidden line is refused', async () => {
  await expect(putComment(repository.github, number, mark('x --> y'), '')).rejects.toThrow(
    /x --> y/,
  )
})

test('GitHub itself refuses a bad token, a right that is missing and an issue that is not there', async () => {
  const { connect, github } = repository
  const write = (client: typeof github, n = number) => putComment(client, n, mark('a'), 'text')
  await expect(write(connect('nonsense'))).rejects.toMatchObject({ status: 401 })
  await expect(write(connect('ghs-read'))).rejects.toMatchObject({ status: 403 })
  await expect(write(github, 99)).rejects.toMatchObject({ status: 404 })
})
