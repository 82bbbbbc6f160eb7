/**
 * The sandbox as one process: `node sandbox/main.ts --dir .sandbox`. Prints `<dir>/sandbox.json` on
 * one line once all is up, and ends on SIGTERM, SIGINT or a word on its control socket.
 * Exit codes: 0 ended or ran already, 1 could not start, 2 wrong arguments.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readSandbox, type SandboxFile } from './control.ts'
import { startControl } from './daemon/control-server.ts'
import { lockHolder, takeLock } from './daemon/lock.ts'
import type { Holder } from './lock.ts'
import { endLeftovers } from './processes.ts'
import { choosePorts, explain, parseSettings, type Settings, SettingsError } from './settings.ts'

/** How long a start waits for another one on the same folder to be ready. */
const OTHER_START_MS = 120_000

const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`)

async function main(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2))
  const lock = await takeLock(settings.dir)
  if ('holder' in lock) return report(await otherSandbox(settings.dir, lock.holder))
  try {
    await serve(settings)
  } finally {
    await lock.release()
  }
}

async function serve(settings: Settings): Promise<void> {
  for (const name of await endLeftovers(settings.dir)) log(`ended ${name}, left by an earlier run`)
  const ports = await choosePorts(settings)
  // Loaded only now: a start that finds another one, or wrong arguments, answers at once.
  const { Sandbox } = await import('./daemon/sandbox.ts')
  const sandbox = new Sandbox(settings, ports, log)
  let stop: () => void = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  const control = await startControl(settings.dir, {
    status: () => sandbox.status(),
    setFaults: (faults) => sandbox.setFaults(faults),
    setLimits: (limits) => sandbox.setLimits(limits),
    setDelegation: (delegation) => sandbox.setDelegation(delegation),
    enterAddresses: (addresses) => sandbox.enterAddresses(addresses),
    forward: (id, port) => sandbox.forward(id, port),
    logWrites: (id) => sandbox.logWrites(id),
    losePower: (id, seed) => sandbox.losePower(id, seed),
    stop: () => stop(),
  })
  try {
    // A stop during the start does not wait for the start's end.
    const started = sandbox.start().then(report)
    await Promise.race([started.then(() => stopped), stopped])
    started.catch(() => {})
    log('stopping')
  } catch (error) {
    throw new Error(explain(error as NodeJS.ErrnoException, ports), { cause: error })
  } finally {
    await sandbox.close()
    control.closeAllConnections()
    await new Promise((done) => control.close(done))
  }
}

/** The sandbox that runs on this folder already; waits for one that is just starting. */
async function otherSandbox(dir: string, holder: Holder): Promise<SandboxFile> {
  const deadline = Date.now() + OTHER_START_MS
  while (Date.now() < deadline) {
    const file = await readSandbox(dir)
    if (file?.pid === holder.pid) return file
    const now = await lockHolder(dir)
    if (now?.pid !== holder.pid) throw new Error('the sandbox that was starting here has ended')
    await sleep(100)
  }
  throw new Error(`process ${holder.pid} holds ${dir} and does not get ready; end it first`)
}

function report(file: SandboxFile): void {
  console.log(JSON.stringify(file))
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`error: ${error.message}`)
    process.exit(error instanceof SettingsError ? 2 : 1)
  },
)
