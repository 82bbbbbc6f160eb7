/** A stack that another engine is at work on. */

import { saysLocked } from '../../../ops/engine/locks.ts'
import type { Context } from '../../../ops/environments/context.ts'
import { destroy } from '../../../ops/environments/destroy.ts'
import { down } from '../../../ops/environments/down.ts'
import type { Stacks } from '../../../ops/environments/stacks.ts'
import { sweep } from '../../../ops/environments/sweep.ts'
import { up } from '../../../ops/environments/up.ts'

const FILES =
  'error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.'
const CLOUD = 'error: [409] Conflict: Another update is currently in progress.'
const REASON =
  'another update of pr-1 is at work. Fix: wait for its end and run this again; where its process is known to be dead, first: pulumi cancel --stack pr-1'
const DEPLOYMENT = {
  urn: 'urn:pulumi:pr-1::padlock::padlock:index:Deployment::padlock',
  type: 'padlock:index:Deployment',
  inputs: { owner: '1a2b3c4d', expires: '2020-01-01T00:00Z' },
}
const tags = (expires: string) => [
  ...['padlock-pr-1', 'padlock-pr-1:owner:1a2b3c4d', `padlock-pr-1:expires:${expires}`],
]

/**
 * A stack, and a droplet that no state knows.
 * @param locked how many times in a row the engine finds the lock
 */
function environment({ locked = 0, fails = false, resources = [DEPLOYMENT] as object[] } = {}) {
  const lines: string[] = []
  const removed: string[] = []
  const calls: string[] = []
  let state: object[] | undefined = resources
  let left = locked
  const isLocked = () => left > 0 && left-- > 0
  const droplet = {
    ...{ id: 7, name: 'padlock-pr-1-1a2b3c4', tags: tags('20200101T0000Z') },
    size: { price_hourly: 0.01 },
  }
  let waited = 0
  const pause = async (ms: number) => {
    waited += ms
  }
  const stacks: Partial<Stacks> = {
    list: async () => (state ? [{ name: 'pr-1', resourceCount: 1 }] : []),
    find: async () => state as never,
    resources: async () => (state ?? []) as never,
    whole: async () => false,
    isLocked: async () => isLocked(),
    async destroy() {
      calls.push('destroy')
      const result = { code: 1, stdout: '', stderr: '', eventLog: '', locked: false }
      if (isLocked()) return { ...result, locked: true }
      if (fails) return result
      state = []
      return { ...result, code: 0 }
    },
    async remove() {
      calls.push('remove')
      if (isLocked()) throw new Error(`pulumi stack rm fails:\n${FILES}`)
      state = undefined
    },
  }
  const context = {
    accounts: {
      digitalocean: {
        list: async (_path: string, key: string) =>
          key === 'droplets' && removed.length === 0 ? [droplet] : [],
        remove: async (path: string) => void removed.push(path),
      },
      auth0: { applications: async () => [] },
    },
    marks: { project: 'padlock', owner: '1a2b3c4d', zone: 'example.com', parent: 'preview' },
    stacks,
    exclusive: false,
    say: (line: string) => lines.push(line),
  } as unknown as Context
  return { context, pause, lines, calls, removed, waited: () => waited }
}

test('both backends are recognised, and an account that answers 409 is not', () => {
  expect([FILES, CLOUD].map(saysLocked)).toEqual([true, true])
  expect(saysLocked('* 409 Conflict: A connection with this name already exists.')).toBe(false)
})

test('the end of another update is waited for', async () => {
  const { context, pause, calls, waited, lines } = environment({ locked: 3 })
  expect(await destroy(context, 'pr-1', { pause })).toMatchObject({ outcome: 'gone', known: [] })
  expect(calls).toEqual(['destroy', 'destroy', 'remove'])
  expect(waited()).toBe(30_000)
  expect(lines).toEqual([
    'another update of pr-1 is at work: its end is waited for; where its process is known to be dead: pulumi cancel --stack pr-1',
  ])
})

test('an empty stack that another engine has begun to fill stays', async () => {
  const { context, calls } = environment({ locked: 1, resources: [] })
  expect(await destroy(context, 'pr-1', { patience: 0 })).toMatchObject({
    ...{ outcome: 'busy', known: [{ kind: 'stack', name: 'pr-1' }] },
  })
  expect(calls).toEqual(['remove'])
})

test('a lock that stays is told of, and nothing is removed by the APIs', async () => {
  const { context, pause, removed, lines, waited } = environment({ locked: 1000 })
  const receipt = await down(context, 'pr-1', { pause })
  expect(receipt).toMatchObject({ kept: REASON, busy: true, removed: [] })
  expect(receipt.left.map(({ kind }) => kind)).toContain('droplet')
  expect(removed).toEqual([])
  expect(waited()).toBe(600_000)
  expect(lines.at(-1)).toBe(`pr-1 stays: ${REASON}`)
})

test('what an engine that began after the teardown has made is not removed by the APIs', async () => {
  const { context, removed } = environment({ fails: true })
  jest.spyOn(context.stacks, 'isLocked').mockResolvedValue(true)
  expect(await down(context, 'pr-1')).toMatchObject({ removed: [] })
  expect(removed).toEqual([])
})

test('a sweep leaves it to the next one', async () => {
  const { context, calls, waited, removed } = environment({ locked: 1000 })
  const { decisions, receipts } = await sweep(context, { held: [], dryRun: false })
  expect(receipts).toEqual([])
  // Its expiry was years ago, so the lock is stale.
  expect(decisions).toMatchObject([{ name: 'pr-1', action: 'leave' }])
  expect(decisions[0]?.reason).toContain('pulumi cancel --stack pr-1')
  expect([calls, removed, waited()]).toEqual([['destroy'], [], 0])
})

test('env up removes nothing by the APIs', async () => {
  const { context, removed } = environment({ locked: 1000, resources: [] })
  const options = { stack: 'pr-1', ttl: 3_600_000, set: {}, flags: [] }
  await expect(up(context, options)).rejects.toThrow(`pr-1 is not touched: ${REASON}`)
  expect(removed).toEqual([])
})
