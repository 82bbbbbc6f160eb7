import type { Faults } from '../../sandbox/control.ts'
import type { FaultRule } from '../../sandbox/types.ts'
import { Random } from './random.ts'

/** One command of the engine under trouble. */
export interface Step {
  command: 'up' | 'destroy'
  /** Keys of the project that this step changes, over the step before. */
  settings: Record<string, unknown>
  faults: Faults
  /** Kill -9 of the engine so long after its start, milliseconds. */
  killAfter?: number
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
  { image: '12345' },
  { expires: '2030-01-01T00:00Z' },
]

/** Which requests are met: all, those that change something, or those of one resource. */
const PATHS = [
  { path: '.' },
  { method: 'POST', path: '.' },
  { method: 'DELETE', path: '.' },
  { path: '^/v2/droplets' },
  { path: '^/v2/firewalls' },
  { path: '^/v2/reserved_ips' },
  { path: '^/v2/domains' },
  { path: '^/api/v2/clients' },
  { path: '^/api/v2/connections' },
]

const FAULTS: FaultRule['fault'][] = [
  { status: 429, retryAfterSeconds: 1 },
  { status: 500 },
  { status: 503 },
  'drop',
  // Longer than the kill's delay often is: the engine dies with the request in flight.
  { delayMs: 4_000 },
]

/** The whole of a run, drawn from its seed alone. */
export function plan(seed: number): Plan {
  const random = new Random(seed)
  const step = (command: Step['command'], settings: Record<string, unknown>): Step => ({
    command,
    settings,
    faults: {
      digitalocean: rules(random),
      auth0: rules(random),
      seed: random.integer(1, 1_000_000),
    },
    ...(random.next() < 0.5 && { killAfter: random.integer(1_500, 9_000) }),
  })
  return {
    seed,
    steps: [step('up', {}), step('up', random.pick(CHANGES)), step('destroy', {})],
    finish: random.pick(['up, then down', 'down'] as const),
  }
}

function rules(random: Random): FaultRule[] {
  return Array.from({ length: random.integer(0, 2) }, () => ({
    ...random.pick(PATHS),
    fault: random.pick(FAULTS),
    share: random.pick([0.2, 0.5, 1]),
    times: random.integer(1, 8),
  }))
}
