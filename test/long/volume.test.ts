/** Volumes with machines: their disk in a guest, without a stack. */
import { type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { volumeMachineTests } from './volume-machines.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
}, 120_000)
afterAll(() => sandbox?.stop(), 120_000)

volumeMachineTests(() => sandbox)
