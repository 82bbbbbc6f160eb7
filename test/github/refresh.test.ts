import { startRefresh } from '../../ops/github/refresh.ts'
import { makeRepository, type Repository } from './repository.ts'

let repository: Repository
beforeEach(async () => {
  repository = await makeRepository()
})
afterEach(() => repository.close())

test('a refresh starts the deployment on the default branch', async () => {
  repository.server.state.defaultBranch = 'trunk'
  repository.server.state.branches.push('trunk')
  expect(await startRefresh(repository.github)).toBe('trunk')
  expect(repository.server.state.dispatches).toEqual([
    { workflow: 'deploy.yml', ref: 'trunk', inputs: { refresh: 'true' } },
  ])
})

test('a token that may not start workflows is told so by GitHub', async () => {
  const reader = repository.connect('ghs-read')
  await expect(startRefresh(reader)).rejects.toThrow(/Resource not accessible by integration/)
})

test('a repository without the workflow is told so', async () => {
  repository.server.state.workflows = []
  await expect(startRefresh(repository.github)).rejects.toThrow(/Not Found/)
})
