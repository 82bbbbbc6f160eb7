import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../../ops/environments/context.ts'
import { sweep } from '../../../ops/environments/sweep.ts'
import { text } from '../../../ops/github/text.ts'

const receipts = mkdtempSync(join(tmpdir(), 'padlock-sweep-'))
afterAll(() => rmSync(receipts, { recursive: true }))

test('a way in that cannot be closed is named and left, and the sweep goes on', async () => {
  const names = ['a', 'b'].map((label) => `padlock-pr-1.access.20200101T0000Z.1a2b3c4d.${label}`)
  const context = {
    accounts: {
      digitalocean: {
        list: async (path: string) =>
          path === '/firewalls' ? names.map((name) => ({ id: name.slice(-1), name })) : [],
        remove: async (path: string) => {
          if (path === '/firewalls/a') throw new Error('answers 500')
          return true
        },
      },
      auth0: { applications: async () => [] },
    },
    marks: { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' },
    stacks: { list: async () => [] },
    exclusive: false,
    say: () => undefined,
  } as unknown as Context
  const { decisions } = await sweep(context, { held: [], dryRun: false })
  expect(decisions).toEqual([
    {
      name: names[0],
      action: 'leave',
      reason: 'expired 2020-01-01T00:00Z, still open: answers 500',
    },
    { name: names[1], action: 'close access', reason: 'expired 2020-01-01T00:00Z' },
  ])
})

test.each([
  ['ffffffff.', false, 'leave', 'of the owner ffffffff, expired 2020-01-01T00:00Z'],
  ['', false, 'leave', 'without an owner, expired 2020-01-01T00:00Z'],
  ['ffffffff.', true, 'leave', 'of the owner ffffffff, expired 2020-01-01T00:00Z'],
  ['', true, 'close access', 'expired 2020-01-01T00:00Z'],
])(
  'a way in of "%s", in an account of its own: %s: %s',
  async (owner, exclusive, action, reason) => {
    const name = `padlock-pr-1.access.20200101T0000Z.${owner}run-1`
    const removed: string[] = []
    const context = {
      accounts: {
        digitalocean: {
          list: async (path: string) => (path === '/firewalls' ? [{ id: 'a', name }] : []),
          remove: async (path: string) => removed.push(path),
        },
        auth0: { applications: async () => [] },
      },
      marks: { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' },
      stacks: { list: async () => [] },
      exclusive,
      say: () => undefined,
    } as unknown as Context
    const { decisions } = await sweep(context, { held: [], dryRun: false })
    expect(decisions).toEqual([{ name, action, reason }])
    expect(removed).toEqual(action === 'leave' ? [] : ['/firewalls/a'])
  },
)

/** A stack with nothing in it, and a volume that no state knows. */
function emptied(name: string, expires: string) {
  const removed: string[] = []
  const stacks = [name]
  const id = `padlock-${name}`
  const volume = {
    ...{ id: 'v1', name: `${id}-1a2b3c4d`, size_gigabytes: 10 },
    tags: [id, `${id}:owner:1a2b3c4d`, `${id}:expires:${expires}`],
  }
  const context = {
    accounts: {
      digitalocean: {
        list: async (path: string) => (path === '/volumes' && removed.length === 0 ? [volume] : []),
        remove: async (path: string) => void removed.push(path),
      },
      auth0: { applications: async () => [] },
    },
    marks: { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' },
    stacks: {
      list: async () => stacks.map((each) => ({ name: each, resourceCount: 0 })),
      find: async () => (stacks.includes(name) ? [] : undefined),
      remove: async () => void stacks.pop(),
      isLocked: async () => false,
    },
    receipts,
    exclusive: false,
    say: () => undefined,
  } as unknown as Context
  return { context, removed, stacks }
}

test('what a killed update left of a stack that is empty now goes, and the stack with it', async () => {
  const { context, removed, stacks } = emptied('pr-9', '20200101T0000Z')
  const swept = await sweep(context, { held: [], dryRun: false })
  expect(swept.decisions).toMatchObject([{ name: 'pr-9', action: 'remove orphans' }])
  expect(swept.receipts).toMatchObject([{ stack: 'pr-9', removed: [{ kind: 'volume' }], left: [] }])
  expect([removed, stacks]).toEqual([['/volumes/v1'], []])
})

test('an empty stack of a name that tells nothing stays, and the receipt has what is left', async () => {
  const { context, removed, stacks } = emptied('shop', '20200101T0000Z')
  const [receipt] = (await sweep(context, { held: [], dryRun: false })).receipts
  expect(receipt?.left.map(({ kind }) => kind)).toEqual(['stack', 'volume'])
  expect(receipt?.kept).toContain('pulumi stack rm shop')
  expect([removed, stacks]).toEqual([[], ['shop']])
})

test('a pull request is told why its environment was not touched', () => {
  const comment = text.down(
    {
      stack: 'pr-1',
      startedAt: '2026-11-22T09:00:00.000Z',
      endedAt: '2026-11-22T09:00:01.000Z',
      seconds: 1,
      removed: [],
      left: [{ kind: 'droplet', name: 'padlock-pr-1-1a2b3c4', id: '7' }],
      kept: 'it is protected',
      nameless: [],
      calls: { digitalocean: 1, auth0: 1 },
    },
    'the label was taken off',
  )
  expect(comment).toContain('It was not touched: it is protected')
})
