import { putComment } from '../../ops/github/comment.ts'
import { makeRepository, type Repository, textsOn } from './repository.ts'

let repository: Repository
afterEach(() => repository.close())

const mark = (key: string) => ({ key, run: 1 })

test('the hourly limit is waited for until its window ends', async () => {
  repository = await makeRepository({ perHour: 8, endsAfterRefusal: 2 })
  const { number } = repository.pull()
  for (const key of ['a', 'b', 'c']) await putComment(repository.github, number, mark(key), key)
  expect(textsOn(repository, number)).toEqual(['a', 'b', 'c'])
  expect(repository.log.join('\n')).toMatch(/GitHub's rate limit at \w+ .*: waiting \d s/)
})

test('the secondary limit is waited for as long as retry-after says', async () => {
  repository = await makeRepository({ writesPerMinute: 2, secondarySeconds: 1 })
  const { number } = repository.pull()
  for (const key of ['a', 'b', 'c']) await putComment(repository.github, number, mark(key), key)
  expect(textsOn(repository, number)).toEqual(['a', 'b', 'c'])
  expect(repository.log).toEqual([
    expect.stringMatching(/secondary rate limit at POST .* waiting 1 s/),
  ])
})

test('a wait of an hour is a failure, said at once', async () => {
  repository = await makeRepository({ perHour: 2 })
  const { number } = repository.pull()
  await expect(putComment(repository.github, number, mark('a'), 'a')).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('API rate limit exceeded'),
  })
  expect(repository.log).toEqual([expect.stringContaining('giving up')])
})

test('an answer 502 or a dropped connection is tried again, and leaves one comment', async () => {
  repository = await makeRepository()
  const { number } = repository.pull()
  repository.server.faults.set([{ fault: { status: 502 }, times: 1 }])
  await putComment(repository.github, number, mark('a'), 'a')
  repository.server.faults.set([{ fault: 'drop', method: 'POST', times: 1 }])
  await putComment(repository.github, number, mark('b'), 'b')
  expect(textsOn(repository, number)).toEqual(['a', 'b'])
})
