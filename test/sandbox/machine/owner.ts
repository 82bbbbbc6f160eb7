/**
 * Owns the machines of a folder until it is killed: makes the machine whose options are given as
 * JSON in the first argument and says so. A process of its own, so that a test can kill it.
 */
import { startMachines } from '../../../sandbox/machine/index.ts'

const { options, spec } = JSON.parse(process.argv[2] ?? '')
const machines = await startMachines(options)
await machines.create(spec)
process.stdout.write(`status ${machines.status(spec.id)}\n`)
setInterval(() => {}, 1000)
