/**
 * `npm run bench:release [-- --releases 20 --requests 50000]`: releases in a row under load, and what
 * became of every request. The host's own release program and a real Caddy run on this computer, with a
 * process in the place of the container; with `--stack NAME` it is a stack that is up, in the sandbox
 * (`. .sandbox/env`) or anywhere, and every release is a `pulumi up`;
 * `--post PATH` is a page of its app that takes a POST, else there are GET requests alone. With `$KAMAL_PROXY`, a binary,
 * the same load goes through that beside it.
 *
 * It needs wrk and h2load (Debian: wrk, nghttp2-client). Exit code 1: a request was lost.
 */
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { ensurePrerequisites } from '../../../sandbox/prerequisites.ts'
import { kamalProxy } from './kamal.ts'
import { loopback } from './loopback.ts'
import { machine } from './machine.ts'
import { measureReleases } from './measure.ts'
import { sums, table } from './table.ts'
import type { Target } from './target.ts'

const { values } = parseArgs({
  options: {
    stack: { type: 'string' },
    releases: { type: 'string', default: '20' },
    requests: { type: 'string', default: '50000' },
    interval: { type: 'string' },
    post: { type: 'string' },
  },
})
const { stack } = values
const options = {
  releases: Number(values.releases),
  requests: Number(values.requests),
  interval: Number(values.interval ?? (stack ? 90 : 5)),
}
await ensurePrerequisites(['wrk', 'h2load'], console.log)
console.log(`${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB,`)
console.log(`load average ${loadavg()[0]?.toFixed(1)}, Node.js ${process.versions.node}`)
await bench(stack ? await machine(stack, values.post) : await loopback())
const kamal = process.env.KAMAL_PROXY
if (kamal) await bench(await kamalProxy(kamal))
else console.log('\nkamal-proxy: not measured ($KAMAL_PROXY names no binary)')

async function bench(target: Target): Promise<void> {
  try {
    const result = await measureReleases(target, options)
    const { requests, lost } = sums(result.measured)
    const tried = result.broken ? ' and one that does not become ready' : ''
    console.log(`\n${target.name}: ${result.swaps.length} releases${tried}, ${requests} requests,`)
    console.log(`${lost} lost\n\n${table(result)}`)
    if (lost > 0 || requests < options.requests) process.exitCode = 1
  } finally {
    await target.close()
  }
}
