/** What a preview of an unchanged stack asks of the two accounts: little, and at the same time. */
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ keepZone: true })
  await stack.up()
})
afterEach(() => sandbox.control.setFaults({}))
afterAll(() => sandbox.stop())

async function calls(): Promise<Record<string, number>> {
  const { calls } = await sandbox.control.status()
  return { ...calls.digitalocean, ...calls.auth0 }
}

/** Requests since then, once for each time. */
async function since(before: Record<string, number>): Promise<string[]> {
  const made = Object.entries(await calls()).flatMap(([request, count]) =>
    Array(count - (before[request] ?? 0)).fill(request),
  )
  return made.sort()
}

test('at most 12 requests, one of them for a token, and none that changes anything', async () => {
  const before = await calls()
  const ran = await stack.run('preview --expect-no-changes')
  expect(ran).toMatchObject({ code: 0 })
  const made = await since(before)
  expect(made.filter((request) => !request.startsWith('GET '))).toEqual(['POST /oauth/token'])
  expect(made).toContain('GET /v2/sizes')
  expect(made.length).toBeLessThanOrEqual(12)
})

test('no read waits for the answer to another, but those that a provider makes one after another', async () => {
  const undo = stack.set({ manageZone: false })
  // An account that has not answered yet has all questions already.
  const held = { method: 'GET', fault: { delayMs: 3_600_000 } }
  await sandbox.control.setFaults({
    digitalocean: [held],
    auth0: [held],
  })
  const before = await calls()
  const { done, process } = stack.launch('preview')
  try {
    expect(await waitFor(before, READS.length)).toEqual(READS)
  } finally {
    undo()
    process.kill('SIGTERM')
    await done
  }
})

/** What depends on no answer. The clients of a connection are asked for by its id. */
const READS = [
  'GET /api/v2/clients/:id',
  'GET /api/v2/connections',
  'GET /api/v2/tenants/settings',
  'GET /v2/domains/:domain_name/records',
  'GET /v2/droplets',
  'GET /v2/sizes',
]

/** The GET requests, as soon as so many have come in. */
async function waitFor(before: Record<string, number>, count: number) {
  const deadline = Date.now() + 200_000
  for (;;) {
    const made = (await since(before)).filter((request) => request.startsWith('GET '))
    if (made.length >= count) return made
    if (Date.now() > deadline) throw new Error(`only these in 200 s: ${made.join(', ')}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
