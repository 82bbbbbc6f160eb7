import { reconcile } from '../../ops/github/ephemeral.ts'
import { answerComment } from '../../ops/github/preview-command.ts'
import { addComment, person } from '../support/github/state.ts'
import {
  makeRepository,
  type Repository,
  RUN,
  rememberedEnvironments,
  textsOn,
} from './repository.ts'

let repository: Repository
let environments: ReturnType<typeof rememberedEnvironments>

beforeEach(async () => {
  repository = await makeRepository()
  environments = rememberedEnvironments()
})
afterEach(() => repository.close())

const settle = (pull: number, number = RUN.number, commit = 'c0ffee') =>
  reconcile(repository.github, pull, environments, { ...RUN, number, commit })

describe('the label', () => {
  test('brings an environment up, and one comment says where and until when', async () => {
    const { number } = repository.pull({ labels: ['preview-env'] })
    expect(await settle(number)).toBe('up')
    expect(environments.calls).toEqual(['up pr-1'])
    const [text, ...more] = textsOn(repository, number)
    expect(more).toEqual([])
    expect(text).toContain('<https://pr-1.preview.example.com>')
    expect(text).toContain('c0ffee')
    expect(text).toContain('2030-01-02 03:04 UTC')
    expect(text).toContain('$0.0089 an hour')
  })

  test('a push releases to it, in the same comment', async () => {
    const pull = repository.pull({ labels: ['preview-env'] })
    await settle(pull.number)
    expect(await settle(pull.number, 8, 'deadbeef')).toBe('up')
    expect(environments.calls).toEqual(['up pr-1', 'up pr-1'])
    expect(textsOn(repository, pull.number)).toEqual([expect.stringContaining('deadbeef')])
  })

  test('taking it off destroys the environment and shows the receipt', async () => {
    const pull = repository.pull({ labels: ['preview-env'] })
    await settle(pull.number)
    pull.labels = []
    expect(await settle(pull.number, 8)).toBe('down')
    expect(environments.living.size).toBe(0)
    const [text] = textsOn(repository, pull.number)
    expect(text).toMatch(/Destroyed in 3 s \(the label was taken off\)/)
    expect(text).toContain('droplet `padlock-pr-1` (42), 2030-01-01T00:00:00Z')
  })

  test('closing destroys it and takes the label off', async () => {
    const pull = repository.pull({ labels: ['preview-env', 'bug'] })
    await settle(pull.number)
    pull.state = 'closed'
    expect(await settle(pull.number, 8)).toBe('down')
    expect(pull.labels).toEqual(['bug'])
    expect(textsOn(repository, pull.number)).toEqual([expect.stringContaining('is closed')])
  })

  test('without label and environment nothing is done and nothing is said', async () => {
    const { number } = repository.pull()
    expect(await settle(number)).toBe('nothing')
    expect(environments.calls).toEqual([])
    expect(textsOn(repository, number)).toEqual([])
  })

  test('a pull request from a fork gets none, and is told why', async () => {
    const pull = repository.pull({ from: 'mallory/shop', labels: ['preview-env'] })
    expect(await settle(pull.number)).toBe('refused')
    expect(environments.calls).toEqual([])
    expect(pull.labels).toEqual([])
    expect(textsOn(repository, pull.number)).toEqual([expect.stringContaining('from a fork')])
  })

  test('what is left is named', async () => {
    const pull = repository.pull({ labels: ['preview-env'] })
    await settle(pull.number)
    pull.labels = []
    environments.left = [{ kind: 'domain_record', name: 'pr-1', id: '77' }]
    expect(await settle(pull.number, 8)).toBe('left over')
    const [text] = textsOn(repository, pull.number)
    expect(text).toContain('Not all of it is gone')
    expect(text).toContain('- domain_record `pr-1` (77)')
  })

  test('a failure is said in the comment and is the failure of the run', async () => {
    const { number } = repository.pull({ labels: ['preview-env'] })
    environments.fails = true
    await expect(settle(number)).rejects.toThrow('the droplet did not come up')
    expect(textsOn(repository, number)).toEqual([
      expect.stringContaining('could not be brought up'),
    ])
  })
})

describe('the comment', () => {
  const say = (number: number, author: string, body: string) => {
    const { state } = repository.server
    const { id } = addComment(state, number, person(state, author), body)
    const onPull = Boolean(state.issues.find((issue) => issue.number === number)?.pull)
    const event = { kind: 'comment' as const, number, id, author, body, onPull }
    return answerComment(repository.github, event, RUN.number)
  }

  test('/preview labels the pull request and starts the workflow on its branch', async () => {
    const { state } = repository.server
    const pull = repository.pull({ branch: 'nicer' })
    expect(await say(pull.number, 'ada', '/preview\r\n\r\nplease')).toBe('started')
    expect(pull.labels).toEqual(['preview-env'])
    expect(state.labels.map(({ name, color }) => [name, color])).toEqual([
      ['preview-env', '1d76db'],
    ])
    expect(state.dispatches).toEqual([
      { workflow: 'ephemeral.yml', ref: 'nicer', inputs: { number: '1' } },
    ])
    expect(state.reactions).toMatchObject([{ content: 'rocket' }])
    expect(await settle(pull.number)).toBe('up')
  })

  test('/preview down takes the label off, also when the branch is gone', async () => {
    const { state } = repository.server
    const pull = repository.pull({ branch: 'gone', labels: ['preview-env'] })
    pull.state = 'closed'
    state.branches = ['main']
    expect(await say(pull.number, 'ada', '/preview down')).toBe('started')
    expect(pull.labels).toEqual([])
    expect(state.dispatches).toMatchObject([{ ref: 'main' }])
  })

  test.each(['mallory', 'stranger', 'nobody-known'])(
    'from %s, who may not write, is refused with one reply',
    async (author) => {
      const { state } = repository.server
      const pull = repository.pull()
      state.people.delete('nobody-known')
      expect(await say(pull.number, author, '/preview')).toBe('refused')
      expect(await say(pull.number, author, '/preview')).toBe('refused')
      expect(pull.labels).toEqual([])
      expect(state.dispatches).toEqual([])
      const replies = textsOn(repository, pull.number).filter((text) => text.startsWith('@'))
      expect(replies).toEqual([expect.stringContaining(`@${author}: \`/preview\` is for people`)])
    },
  )

  test('on a pull request from a fork is refused, whoever asks', async () => {
    const { state } = repository.server
    // The fork's branch has the name of one that is here.
    state.branches.push('feature')
    const pull = repository.pull({ from: 'mallory/shop', branch: 'feature' })
    expect(await say(pull.number, 'ada', '/preview')).toBe('refused')
    expect(state.dispatches).toEqual([])
    expect(pull.labels).toEqual([])
  })

  test('on a closed pull request is refused', async () => {
    const pull = repository.pull()
    pull.state = 'closed'
    expect(await say(pull.number, 'ada', '/preview')).toBe('refused')
    expect(repository.server.state.dispatches).toEqual([])
  })

  test('with another word gets the words that there are', async () => {
    const { number } = repository.pull()
    expect(await say(number, 'ada', '/preview everything; rm -rf')).toBe('refused')
    expect(textsOn(repository, number).at(-1)).toContain('`/preview` and `/preview down`')
  })

  test.each(['> /preview', 'see /preview', '/previews', '`/preview`', 'first\n/preview', ''])(
    '%j is no command',
    async (body) => {
      const { number } = repository.pull()
      const before = repository.server.requests.length
      expect(await say(number, 'ada', body)).toBe('ignored')
      expect(repository.server.requests.length).toBe(before)
    },
  )
})
