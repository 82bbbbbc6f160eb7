import type { Receipt } from '../../ops/environments/receipt.ts'
import { type GitHub, openGitHub } from '../../ops/github/client.ts'
import type { Environments } from '../../ops/github/environments.ts'
import { type FakeGitHub, startGitHub } from '../support/github/index.ts'
import type { Limits } from '../support/github/limits.ts'
import { addIssue, type Issue, person, type Token } from '../support/github/state.ts'

export const BOT = 'github-actions[bot]'
export const RUN = { number: 7, url: 'https://github.example/acme/shop/actions/runs/7' }

/** No spacing of writes: the tests need no rest between two. */
const unpaced = { key: () => ({ schedule: (_: unknown, work: () => unknown) => work() }) }

export interface Repository {
  server: FakeGitHub
  /** The client of a workflow's run. */
  github: GitHub
  /** What the client told of waits. */
  log: string[]
  connect(token: string): GitHub
  pull(values?: PullValues): Issue
  close(): Promise<void>
}

interface PullValues {
  from?: string
  branch?: string
  labels?: string[]
  files?: string[]
}

/** A repository with an owner (ada), a reader (mallory) and the token of a workflow's run. */
export async function makeRepository(limits: Partial<Limits> = {}): Promise<Repository> {
  const server = await startGitHub({ limits })
  const { state } = server
  const all = {
    contents: 'read',
    issues: 'write',
    'pull-requests': 'write',
    actions: 'write',
  } as const
  const tokens: Record<string, Token> = {
    'ghs-run': { login: BOT, kind: 'installation', permissions: all },
    'ghs-read': {
      login: BOT,
      kind: 'installation',
      permissions: { contents: 'read', 'pull-requests': 'read' },
    },
    'ghp-ada': { login: 'ada', kind: 'user', permissions: all },
  }
  for (const [text, token] of Object.entries(tokens)) state.tokens.set(text, token)
  state.collaborators.set('ada', 'admin').set('mallory', 'read')
  for (const login of ['ada', 'mallory', 'stranger']) person(state, login)
  state.workflows.push('deploy.yml', 'ephemeral.yml')
  const log: string[] = []
  const connect = (token: string) =>
    openGitHub({
      token,
      apiUrl: server.url,
      repository: 'acme/shop',
      log: (line) => log.push(line),
      throttle: { id: token, write: unpaced, notifications: unpaced },
    })
  return {
    server,
    log,
    github: connect('ghs-run'),
    connect,
    pull({ from = 'acme/shop', branch = 'feature', labels = [], files = [] } = {}) {
      if (from === 'acme/shop') state.branches.push(branch)
      const pull = {
        from,
        branch,
        sha: 'c0ffee'.padEnd(40, '0'),
        base: 'main',
        files,
        merged: false,
      }
      return addIssue(state, {
        title: 'a change',
        body: null,
        user: person(state, 'ada'),
        labels,
        pull,
      })
    },
    close: () => server.close(),
  }
}

/** The texts on an issue, without their hidden marks. */
export function textsOn({ server }: Repository, number: number): string[] {
  return server.state.comments
    .filter((comment) => comment.issue === number)
    .map(({ body }) => body.replace(/^<!-- padlock:.*-->\n/, ''))
}

/** Environments that are only remembered, with a log of what was asked. */
export function rememberedEnvironments(): Environments & {
  calls: string[]
  living: Set<string>
  expired: Set<string>
  left: Receipt['left']
  /** Locked by another update, which this backend tells only whoever updates. */
  locked: Set<string>
  /** The same, and the backend tells in its list. */
  busy: Set<string>
  fails: boolean
} {
  const receipt = (stack: string): Receipt => ({
    stack,
    removed: [{ kind: 'droplet', name: `padlock-${stack}`, id: '42', at: '2030-01-01T00:00:00Z' }],
    left: memory.left,
    nameless: [],
    startedAt: '2030-01-01T00:00:00.000Z',
    endedAt: '2030-01-01T00:00:03.400Z',
    seconds: 3.4,
    calls: { digitalocean: 8, auth0: 2 },
  })
  const memory = {
    calls: [] as string[],
    living: new Set<string>(),
    expired: new Set<string>(),
    left: [] as Receipt['left'],
    locked: new Set<string>(),
    busy: new Set<string>(),
    fails: false,
    async up(name: string) {
      memory.calls.push(`up ${name}`)
      memory.living.add(name)
      if (memory.fails) throw new Error('the droplet did not come up')
      const url = `https://${name}.preview.example.com`
      return { name, url, expires: '2030-01-02T03:04Z', costPerHour: 0.00893, seconds: 93.2 }
    },
    async down(name: string, { wait }: { wait: boolean }): Promise<Receipt> {
      memory.calls.push(`down ${name}${wait ? '' : ' --no-wait'}`)
      if (memory.locked.has(name)) {
        const left = [{ kind: 'stack', name, id: name }]
        return { ...receipt(name), removed: [], left, kept: 'locked', busy: true }
      }
      memory.living.delete(name)
      return receipt(name)
    },
    async list() {
      return [...memory.living].map((name) => ({
        ...{ name, state: memory.busy.has(name) ? ('busy' as const) : ('up' as const) },
      }))
    },
    async sweep({ held, dryRun }: { held: string[]; dryRun: boolean }) {
      memory.calls.push(
        `sweep${dryRun ? ' --dry-run' : ''}${held.map((name) => ` --keep ${name}`).join('')}`,
      )
      const decisions = [...memory.living].map((name) => ({
        name,
        ...(memory.expired.has(name) && !held.includes(name)
          ? { action: 'destroy' as const, reason: 'expired' }
          : { action: 'keep' as const, reason: 'lives' }),
      }))
      const gone = decisions.flatMap(({ name, action }) => (action === 'destroy' ? [name] : []))
      if (!dryRun) for (const name of gone) memory.living.delete(name)
      return { decisions, receipts: dryRun ? [] : gone.map(receipt) }
    },
  }
  return memory
}
