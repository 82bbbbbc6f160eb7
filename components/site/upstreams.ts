/** Where the site's requests go: to the release that serves, or to its replicas. */
import { MOST_REPLICAS } from '../../config/commands.ts'

/** How the site chooses among replicas, and what it does without one. */
interface Upstreams {
  /** Addresses of the reverse proxy. */
  addresses: string
  /** Lines of its directive. */
  balancing: string[]
  /** Statuses of Caddy's own failures. */
  failures: string
  /** Condition, of CEL, of a request that was sent to nobody. */
  nobody: string
}

const DIALLED = `{err.message}.startsWith("dial ")`

/**
 * The links of the host (padlock_release/replicas.py). A replica that takes no connection is left out
 * for a second; what was not sent is sent to another one, and a GET whose answer has not begun, too,
 * as with one replica. A failure is also an upload that its visitor has let lie, so only
 * many of them count: else a few visitors could take all replicas out.
 */
export function upstreams(replicas = 1): Upstreams {
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MOST_REPLICAS) {
    throw new Error(`replicas is ${replicas}: must be from 1 to ${MOST_REPLICAS}`)
  }
  const further = Array.from({ length: replicas - 1 }, (_, index) => `current-${index + 2}`)
  const addresses = ['current', ...further].map((link) => `unix//srv/app/${link}/app.sock`)
  if (replicas === 1) {
    return {
      addresses: addresses.join(' '),
      balancing: ['lb_try_duration 5s', 'lb_try_interval 250ms'],
      failures: '502 504',
      nobody: DIALLED,
    }
  }
  return {
    addresses: addresses.join(' '),
    balancing: [
      'lb_policy least_conn',
      'lb_try_duration 5s',
      '# What takes no connection has the fewest of all, so it is chosen again until it is left out.',
      'lb_try_interval 10ms',
      'fail_duration 1s',
      'max_fails 50',
    ],
    failures: '502 503 504',
    nobody: `(${DIALLED} || {err.message} == "no upstreams available")`,
  }
}
