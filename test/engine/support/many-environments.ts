/** The verbs on many environments, within the APIs' limits: accounts alone, no machines. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { type Ran, start } from './processes.ts'
import { openProject, type Project } from './project.ts'
import { type Json, root, type Sandbox, startSandbox } from './sandbox.ts'

/** Requests that are refused on the way, each with a second to wait. */
const REFUSED = 6
/** Of an environment: droplet, firewall, two records, key, application, project, three tags. */
const EACH = 10

const told = ({ output }: Ran) => {
  const [, digitalocean, auth0] =
    /(\d+) requests to DigitalOcean, (\d+) to Auth0/.exec(output) ?? []
  return { digitalocean: Number(digitalocean), auth0: Number(auth0) }
}
const sum = (asked: Json, pattern: RegExp) =>
  Object.entries<number>(asked)
    .filter(([route]) => pattern.test(route))
    .reduce((total, [, times]) => total + times, 0)

/** One request a page of 200, and not one more: none was refused. */
const pages = (count: number) => ({
  'GET /v2/droplets': Math.ceil(count / 200),
  'GET /v2/firewalls': Math.ceil(count / 200),
  'GET /v2/reserved_ips': 1,
  'GET /v2/volumes': 1,
  'GET /v2/snapshots': 1,
  'GET /v2/databases': 1,
  'GET /v2/spaces/keys': 1,
  'GET /v2/account/keys': Math.ceil(count / 200),
  // The account's default project is one more.
  'GET /v2/projects': Math.ceil((count + 1) / 200),
  'GET /v2/tags': Math.ceil((3 * count) / 200),
  'GET /v2/domains/:domain_name/records': Math.ceil((2 * count) / 200),
})

/**
 * @param count environments that there are
 * @param expired how many of them are past their expiry
 */
export function manyEnvironmentsTests(count: number, expired: number): void {
  const lists = sum(pages(count), /./)
  let sandbox: Sandbox
  let project: Project
  beforeAll(async () => {
    sandbox = await startSandbox(['--ports', 'auto'], async (dir) => {
      const script = join(root, 'test/engine/support/seed-environments.ts')
      const words = [script, dir, String(count), String(expired)]
      const seeded = await start(nodeExecutable(), words, { cwd: root, env: process.env }).done
      if (seeded.code !== 0) throw new Error(seeded.output)
    })
    project = await openProject(sandbox)
    // The real burst limit, and Auth0's free plan.
    await sandbox.control.setLimits({
      digitalocean: { requests: 250, seconds: 60 },
      auth0: { requestsPerSecond: 2 },
    })
  })
  afterAll(() => sandbox?.stop())

  /** Runs a verb and counts, at the APIs, what it asks. */
  async function counted(words: string): Promise<{ answer: Json; ran: Ran; asked: Json }> {
    const before = (await sandbox.control.status()).calls
    const ran = await project.padlock(`${words} --json`)
    if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
    const after = (await sandbox.control.status()).calls
    const asked = Object.fromEntries(
      (['digitalocean', 'auth0'] as const).flatMap((api) =>
        Object.entries(after[api])
          .map(([route, times]) => [route, times - (before[api][route] ?? 0)] as const)
          .filter(([, times]) => times > 0),
      ),
    )
    const { digitalocean, auth0 } = told(ran)
    console.log(`${words}: ${ran.seconds.toFixed(1)} s, ${digitalocean} + ${auth0} requests`)
    return { answer: JSON.parse(ran.stdout), ran, asked }
  }

  test('all are listed, page by page, below the burst limit', async () => {
    const { answer, ran, asked } = await counted('env list')
    expect(answer).toHaveLength(count)
    for (const { state, resources, costPerHour } of answer) {
      expect({ state, resources: resources.length, costPerHour }).toEqual({
        state: 'up',
        resources: EACH,
        costPerHour: 0.00595,
      })
    }
    expect(asked).toMatchObject(pages(count))
    // The simulator counts what the client says: the pages, and those of Auth0 with those refused.
    expect(told(ran)).toEqual({
      digitalocean: sum(asked, /\/v2\/(?!clients)/),
      auth0: expect.any(Number),
    })
    expect(told(ran).digitalocean).toBe(lists)
    expect(told(ran).auth0).toBeLessThan(2 * Math.ceil(count / 100) + 5)
  })

  test('a sweep decides by the same lists', async () => {
    const { answer, ran, asked } = await counted('env sweep --dry-run')
    const actions = Map.groupBy(answer.decisions, ({ action }: Json) => action)
    expect(actions.get('destroy')).toHaveLength(expired)
    expect(actions.get('keep')).toHaveLength(count - expired)
    expect(asked).toMatchObject(pages(count))
    expect(told(ran).digitalocean).toBe(lists)
  })

  test('orphans go together: the lists are asked no more often for many, and refusals are obeyed', async () => {
    const stacks = join(sandbox.dir, 'state/.pulumi/stacks/padlock')
    const orphans = Array.from({ length: expired }, (_, index) => `pr-${index + 1}`)
    for (const name of orphans) rmSync(join(stacks, `${name}.json`))
    const before = await sandbox.things()
    const fault = { status: 429, retryAfterSeconds: 1 }
    await sandbox.control.setFaults({ digitalocean: [{ method: 'DELETE', times: REFUSED, fault }] })
    const { answer, ran, asked } = await counted('env sweep')

    expect(answer.receipts.map(({ stack }: Json) => stack).sort()).toEqual(orphans.sort())
    for (const { stack, removed, left } of answer.receipts) {
      expect(left).toEqual([])
      expect(removed).toHaveLength(EACH)
      for (const { name } of removed) expect(name).toMatch(new RegExp(`${stack}\\b`))
    }
    const theirs = (thing: string) => orphans.some((name) => new RegExp(`${name}\\b`).test(thing))
    expect(await sandbox.things()).toEqual(before.filter((thing) => !theirs(thing)))

    // The lists once to decide and thrice to remove; the rest is what was refused and asked again, by
    // the rules above and by the burst limit, each after the time that it was told to wait.
    expect(sum(asked, /^DELETE \/v2\//)).toBeGreaterThanOrEqual(expired * (EACH - 1) + REFUSED)
    expect(ran.seconds).toBeGreaterThan(REFUSED)
    expect(sum(asked, / \/v2\//)).toBeLessThan(5 * lists + 2 * expired * EACH)
    expect(told(ran).digitalocean).toBe(sum(asked, / \/v2\//))
  })
}
