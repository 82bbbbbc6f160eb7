/**
 * `npm run bench:serving [-- --rounds 5 --seconds 10]`: what serving costs on the host. Brings up the reference
 * deployment on an emulated droplet of 512 MB, its image built there, and prints what each process holds
 * when nothing happens; then loads the app's public page and a JSON answer through Caddy, in turns with the
 * documents' own set-ups, which are installed on that machine from Debian's packages. It takes half an hour.
 *
 * With `--stack NAME` it is a stack that is up, such as one on a real droplet: packages are installed on it and
 * the load runs on it, so it is to be destroyed afterwards. `--only memory` stops before that.
 *
 * Exit code 1: a request was lost, or more than 120 MB are held by what is not the app.
 */
import { cpus, loadavg, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { outputsOf } from '../../../ops/cli/login.ts'
import { environmentOf, startSandbox } from '../../engine/support/sandbox.ts'
import { openStack } from '../../engine/support/stack.ts'
import { type Host, hostOf } from './host.ts'
import { idle, type MemoryReport, memoryTable } from './memory.ts'
import { type Load, loadTable } from './table.ts'

const { values } = parseArgs({
  options: {
    stack: { type: 'string' },
    size: { type: 'string', default: 's-1vcpu-512mb-10gb' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '16' },
  },
})
/** 120 MB for what is not the app, with nothing to do. */
const GOAL_MIB = 114
/** Until what an update has begun is over, seconds. */
const CALM = 60

console.log(`${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB,`)
console.log(`load average ${loadavg()[0]?.toFixed(1)}, Node.js ${process.versions.node}`)
if (values.stack) {
  const outputs = await outputsOf(values.stack)
  await measure(await hostOf(outputs.sshCommand!, process.env), outputs.url!)
} else {
  const sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  try {
    const stack = await openStack(sandbox, 'bench')
    stack.set({ size: values.size })
    const { seconds } = await stack.up()
    console.log(`${values.size}: up in ${Math.round(seconds)} s`)
    await sleep(CALM * 1000)
    const { sshCommand, url } = await stack.outputs()
    const env = { ...process.env, ...(await environmentOf(sandbox)) }
    await measure(await hostOf(sshCommand!, env), url!)
  } finally {
    await sandbox.stop()
  }
}

async function measure(host: Host, url: string): Promise<void> {
  const report: MemoryReport = JSON.parse((await host.program(['memory.py 20 3'])).at(-1)!)
  const found = idle(report)
  const { kernel, events } = report
  const whole = (name: string) => `${Math.round((kernel[name] ?? 0) / 1024)} MiB`
  console.log(`\nof ${whole('MemTotal')} ${whole('MemAvailable')} are available;`)
  console.log(`since the boot ${Math.round(events.pswpout / 256)} MiB went out to swap,`)
  console.log(
    `${events.oom_kill} processes were killed for want of memory\n\n${memoryTable(found)}`,
  )
  if (found.rest > GOAL_MIB || events.oom_kill > 0) process.exitCode = 1
  if (values.only === 'memory') return

  const { hostname, port } = new URL(url)
  const { rounds, seconds, connections } = values
  const loads: Load[] = []
  const words = ['load.py', rounds, seconds, connections, hostname, port || '443']
  await host.program(words, (line) => {
    if (line.startsWith('{"versions"')) console.log(`\n${line}`)
    if (!line.startsWith('{"round"')) return
    const load = JSON.parse(line) as Load
    loads.push(load)
    console.error(`${load.round} ${load.setup} ${load.path} ${/Req\S+ec: .*/.exec(load.wrk)?.[0]}`)
  })
  for (const path of ['/', '/healthz']) console.log(`\n${loadTable(loads, path)}`)
  if (loads.some(({ wrk }) => /Non-2xx|Socket errors/.test(wrk))) process.exitCode = 1
}
