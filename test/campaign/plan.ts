import type { Faults } from '../../sandbox/control.ts'
import type { FaultRule } from '../../sandbox/types.ts'
import { Random } from './random.ts'

/**
 * When the engine is killed: so many milliseconds after it has said so much of its progress. The
 * same moment on a fast computer and on a slow one, which a time from its start would not be.
 */
export interface Kill {
  /** Lines of progress: `digitalocean:index:Droplet padlock-run-1 creating (0s)` is one. */
  line: number
  ms: number
}

/** One command of the engine under trouble. */
export interface Step {
  command: 'up' | 'destroy'
  /** Compares the state with the accounts first. */
  refresh: boolean
  /** Keys of the project that this step changes, over the step before. */
  settings: Record<string, unknown>
  faults: Faults
  kill?: Kill
}

export interface Plan {
  seed: number
  steps: Step[]
  /** What must succeed afterwards, with all faults gone. */
  finish: 'up, then down' | 'down'
}

const CHANGES: Record<string, unknown>[] = [
  { size: 's-1vcpu-1gb' },
  { sshFrom: ['127.0.0.0/8', '10.0.0.0/8'] },
  { allowedEmails: ['ada@example.com', 'grace@example.com'] },
  { appEnv: { GREETING: 'hello' } },
  // The same image by its number in the sandbox's catalogue: replaces the droplet.
  { image: '192463113' },
  { expires: '2030-01-01T00:00Z' },
]

/**
 * Which requests are met: all, those that change something, or those of one kind of resource. One
 * in many is for all: a step whose first look at the accounts fails changes nothing.
 */
const ANY = [
  { path: '.' },
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method, path: '.' })),
]
const PATHS = {
  digitalocean: [
    ...ANY,
    { path: '^/v2/droplets' },
    { path: '^/v2/firewalls' },
    { path: '^/v2/reserved_ips' },
    { path: '^/v2/domains' },
    { path: '^/v2/(projects|tags|account/keys)' },
  ],
  auth0: [
    ...ANY,
    { path: '^/api/v2/clients' },
    { path: '^/api/v2/connections' },
    { path: '^/oauth/token' },
  ],
}

const FAULTS: FaultRule['fault'][] = [
  { status: 429, retryAfterSeconds: 1 },
  { status: 500 },
  { status: 503 },
  'drop',
  // The change is made and nobody is told.
  'lose',
  // Longer than a kill waits: the engine dies with the request in flight.
  { delayMs: 2_000 },
]

/** Lines of progress that each step has by itself; a kill after its last line is none. */
const LINES = { up: 60, change: 8, destroy: 55 }
/** Those that a refresh adds where there is something to refresh. */
const REFRESH_LINES = 50

/** The whole of a run, drawn from its seed alone. */
export function plan(seed: number): Plan {
  const random = new Random(seed)
  const step = (kind: keyof typeof LINES, settings: Record<string, unknown>): Step => {
    const refresh = random.next() < 0.5
    const lines = LINES[kind] + (refresh && kind !== 'up' ? REFRESH_LINES : 0)
    return {
      command: kind === 'destroy' ? 'destroy' : 'up',
      refresh,
      settings,
      faults: {
        digitalocean: rules(random, PATHS.digitalocean),
        auth0: rules(random, PATHS.auth0),
        seed: random.integer(1, 1_000_000),
      },
      ...(random.next() < 0.5 && {
        kill: { line: random.integer(0, lines), ms: random.integer(0, 500) },
      }),
    }
  }
  return {
    seed,
    steps: [step('up', {}), step('change', random.pick(CHANGES)), step('destroy', {})],
    finish: random.pick(['up, then down', 'down'] as const),
  }
}

function rules(random: Random, paths: Omit<FaultRule, 'fault'>[]): FaultRule[] {
  return Array.from({ length: random.integer(0, 2) }, () => ({
    ...random.pick(paths),
    fault: random.pick(FAULTS),
    share: random.pick([0.2, 0.5, 1]),
    times: random.integer(1, 8),
  }))
}
