/**
 * `npm run bench:data [-- PART ...] [--local] [--kills 100] [--mib 1024] ...`: what keeping data costs, and
 * whether it is kept. Brings up the reference deployment with a database on the host and backups on an
 * emulated droplet, and measures on it; every part by itself takes minutes, all of them hours:
 *
 * - `memory`: what PostgreSQL holds with nothing to do beyond shared_buffers;
 * - `writes`: transactions a second, with the log archived and not;
 * - `backup`: time of backup and restore of so many MiB;
 * - `kills`: rows lost where the server's main process is killed at random moments under load;
 * - `hand-over`: how long requests fail while the droplet is replaced and the volume goes to the next one;
 * - `migrations`: requests lost during releases with a migration each (needs wrk and h2load).
 *
 * With `--local` the first four run against PostgreSQL and pgBackRest of this computer, with the host's own settings
 * and programs. With `--stack NAME` it is a stack that is up: they end sessions and put its
 * database back, so it is to be destroyed afterwards.
 *
 * Exit code 1: a goal is missed.
 */
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { outputsOf } from '../../../ops/cli/login.ts'
import { ensurePrerequisites } from '../../../sandbox/prerequisites.ts'
import { postgresql } from '../../support/postgresql.ts'
import type { Host } from '../host.ts'
import { local } from './local.ts'
import { hostOf, machine } from './machine.ts'
import { PARTS, type Result, WHOLE } from './parts.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    local: { type: 'boolean', default: false },
    stack: { type: 'string' },
    size: { type: 'string', default: 's-1vcpu-512mb-10gb' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '4' },
    kills: { type: 'string', default: '100' },
    mib: { type: 'string', default: '1024' },
    releases: { type: 'string', default: '5' },
    requests: { type: 'string', default: '2000' },
  },
})
const whole = !values.local && !values.stack
const possible = [...Object.keys(PARTS), ...(whole ? Object.keys(WHOLE) : [])]
const unknown = positionals.filter((part) => !possible.includes(part))
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(', ')} here; there are: ${possible.join(', ')}`)
  process.exit(2)
}
const parts = positionals.length > 0 ? positionals : possible
const { rounds, seconds, clients, kills, mib, releases, requests } = values
const numbers = { rounds, seconds, clients, kills, mib, releases, requests }
const options = Object.fromEntries(
  Object.entries(numbers).map(([name, value]) => [name, Number(value)]),
) as Record<keyof typeof numbers, number>

console.log(`${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB,`)
console.log(`load average ${loadavg()[0]?.toFixed(1)}, Node.js ${process.versions.node}`)
if (values.local) {
  await ensurePrerequisites(['postgresql', 'pgbackrest', 'restic'], console.log)
  console.log(
    `on this computer: PostgreSQL ${postgresql().version}, settings of a droplet of 512 MB`,
  )
  const host = await local()
  try {
    await measure(host)
  } finally {
    await host.end()
  }
} else if (values.stack) {
  const outputs = await outputsOf(values.stack)
  await measure(await hostOf(outputs.sshCommand!, process.env))
} else {
  await ensurePrerequisites(parts.includes('migrations') ? ['wrk', 'h2load'] : [], console.log)
  const deployed = await machine(values.size)
  try {
    console.log(`${values.size}, emulated: up in ${Math.round(deployed.seconds)} s`)
    await measure(deployed.host)
    for (const part of parts.filter((each) => each in WHOLE)) {
      tell(part, await WHOLE[part]!(deployed, options))
    }
  } finally {
    await deployed.end()
  }
}

async function measure(host: Host): Promise<void> {
  for (const part of parts.filter((each) => each in PARTS)) {
    tell(part, await PARTS[part]!(host, options))
  }
}

function tell(part: string, { text, good }: Result): void {
  console.log(`\n${part}${good ? '' : ': MISSED'}\n\n${text}`)
  if (!good) process.exitCode = 1
}
