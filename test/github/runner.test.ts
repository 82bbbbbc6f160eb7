import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEvent } from '../../ops/github/event.ts'
import { thisRunner } from '../../ops/github/runner.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-runner-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const inRun = () => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: '1234',
  GITHUB_OUTPUT: join(folder, 'output'),
  GITHUB_STEP_SUMMARY: join(folder, 'summary'),
})

test('secrets are masked line by line, by the names of their variables', () => {
  const lines: string[] = []
  const env = {
    ...inRun(),
    DIGITALOCEAN_TOKEN: 'dop_v1_x%y',
    DEPLOY_PRIVATE_KEY: '-----BEGIN\nabcdefgh\n-----END-',
    PULUMI_CONFIG_PASSPHRASE: '',
    AUTH0_CLIENT_SECRET: 'abc',
    AUTH0_DOMAIN: 'acme.eu.auth0.com',
  }
  thisRunner(env, (line) => lines.push(line)).maskSecrets()
  expect(lines).toEqual([
    '::add-mask::dop_v1_x%25y',
    '::add-mask::-----BEGIN',
    '::add-mask::abcdefgh',
    '::add-mask::-----END-',
  ])
})

test('by hand nothing is printed, least of all a secret', async () => {
  const lines: string[] = []
  const runner = thisRunner({ DIGITALOCEAN_TOKEN: 'dop_v1_secret' }, (line) => lines.push(line))
  runner.maskSecrets()
  await runner.output('a', 'b')
  await runner.summary('text')
  expect(lines).toEqual([])
  expect([runner.number, runner.url]).toEqual([0, ''])
})

test('an output cannot smuggle in a second one', async () => {
  const runner = thisRunner(inRun())
  await runner.output('stacks', '["a"]\nEOF\nevil=1')
  const text = readFileSync(join(folder, 'output'), 'utf8')
  const [, end] = /^stacks<<(end-[0-9a-f-]{36})\n/.exec(text) ?? []
  expect(text).toBe(`stacks<<${end}\n["a"]\nEOF\nevil=1\n${end}\n`)
  expect([runner.number, runner.url]).toEqual([
    1234,
    'https://github.example/acme/shop/actions/runs/1234',
  ])
})

test('summaries add up', async () => {
  const runner = thisRunner(inRun())
  await runner.summary('one')
  await runner.summary('two')
  expect(readFileSync(join(folder, 'summary'), 'utf8')).toBe('one\ntwo\n')
})

describe('the event', () => {
  const event = (name: string, payload: object) => {
    const path = join(folder, 'event.json')
    writeFileSync(path, JSON.stringify(payload))
    return readEvent({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path })
  }

  test('of a pull request', async () => {
    expect(await event('pull_request', { action: 'closed', pull_request: { number: 12 } })).toEqual(
      {
        kind: 'pull',
        action: 'closed',
        number: 12,
      },
    )
  })

  test('of a comment', async () => {
    const comment = { id: 5, body: '/preview', user: { login: 'ada' } }
    expect(
      await event('issue_comment', { issue: { number: 3, pull_request: {} }, comment }),
    ).toEqual({
      kind: 'comment',
      number: 3,
      onPull: true,
      id: 5,
      author: 'ada',
      body: '/preview',
    })
  })

  test('of another kind, without its number, and none at all', async () => {
    expect(await event('schedule', {})).toEqual({ kind: 'other', name: 'schedule' })
    await expect(event('pull_request', {})).rejects.toThrow(
      'pull_request has no pull_request.number',
    )
    await expect(readEvent({})).rejects.toThrow('GITHUB_EVENT_NAME is not set')
  })
})
