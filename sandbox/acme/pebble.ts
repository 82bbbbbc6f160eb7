import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Authority } from '../ca/index.ts'
import { readIfThere, writeAtomically } from '../files.ts'
import { endProcess, recordProcess, startMark } from '../processes.ts'

export interface PebbleOptions {
  dir: string
  authority: Authority
  host: string
  /** Pebble's own ACME port. */
  port: number
  managementPort: number
  /** Where http-01 and tls-alpn-01 challenges are validated. */
  httpPort: number
  tlsPort: number
  /** `host:port` of the name server that Pebble asks. */
  dnsServer: string
  /** Of what it issues; Pebble's own default, five years, if absent. */
  validitySeconds?: number
  /** Path of another Pebble than the installed one. */
  program?: string
  log: (line: string) => void
}

/** Pebble under watch: started on demand, and again whenever it ends by itself. */
export interface Pebble {
  /** Resolves once Pebble answers; starts it if nobody did before. */
  ready(): Promise<void>
  /** Its process, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

const START_TIMEOUT_MS = 60_000
const MAX_PAUSE_MS = 5_000
/** After a run of this length a crash counts as the first one again. */
const LONG_RUN_MS = 60_000
const INSTALL =
  'pebble, the ACME test server, is not installed. Debian and Ubuntu: sudo apt-get install pebble. ' +
  'Elsewhere, with Go: go install github.com/letsencrypt/pebble/v2/cmd/pebble@latest'

export function supervisePebble(options: PebbleOptions): Pebble {
  const { dir, host, port, log } = options
  let child: ChildProcess | undefined
  let running: Promise<void> | undefined
  let crashes = 0
  let forgotten = Promise.resolve()
  let closing = false

  async function start(): Promise<void> {
    const spawned = await run(await writeConfig(options), options)
    const since = Date.now()
    child = spawned
    let served = false
    const forget = await recordProcess(dir, 'pebble', spawned.pid as number)
    spawned.once('exit', (code, signal) => {
      child = undefined
      forgotten = forget()
      if (closing || !served) return
      crashes = Date.now() - since > LONG_RUN_MS ? 0 : crashes + 1
      log(`pebble ended (${signal ?? `exit code ${code}`}); starting it again`)
      launch(Math.min(100 * 2 ** crashes, MAX_PAUSE_MS))
    })
    await untilItAnswers(spawned, () => answersNow(host, port, options.authority.rootPem), dir)
    served = true
  }

  function launch(pauseMs: number): Promise<void> {
    const attempt = sleep(pauseMs, undefined, { ref: false }).then(() =>
      closing ? undefined : start(),
    )
    running = attempt
    attempt.catch((error: Error) => {
      log(`pebble does not start: ${error.message}`)
      // The next request tries again, and tells its client what is wrong.
      if (running === attempt) running = undefined
    })
    return attempt
  }

  return {
    ready: () => running ?? launch(0),
    pid: () => child?.pid,
    async close() {
      closing = true
      const pid = child?.pid
      const started = pid === undefined ? undefined : startMark(pid)
      if (pid === undefined || started === undefined) return
      const gone = new Promise((exited) => child?.once('exit', exited))
      await endProcess({ pid, started })
      await gone
      await forgotten
    },
  }
}

async function writeConfig(options: PebbleOptions): Promise<string> {
  const { dir, host } = options
  const folder = join(dir, 'acme')
  const { cert, key } = await options.authority.issue({ names: ['localhost'], ips: [host] })
  const paths = {
    config: join(folder, 'pebble.json'),
    cert: join(folder, 'pebble.pem'),
    key: join(folder, 'pebble.key'),
  }
  const pebble = {
    listenAddress: `${host}:${options.port}`,
    managementListenAddress: `${host}:${options.managementPort}`,
    certificate: paths.cert,
    privateKey: paths.key,
    httpPort: options.httpPort,
    tlsPort: options.tlsPort,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    ...(options.validitySeconds && {
      certificateValidityPeriod: options.validitySeconds,
      // Debian's Pebble knows no profiles and leaves this unread.
      profiles: {
        classic: { description: 'names', validityPeriod: options.validitySeconds },
        shortlived: { description: 'names and addresses', validityPeriod: options.validitySeconds },
      },
    }),
  }
  await writeAtomically(paths.cert, cert)
  await writeAtomically(paths.key, key)
  await writeAtomically(paths.config, JSON.stringify({ pebble }, null, 2))
  return paths.config
}

async function run(config: string, options: PebbleOptions): Promise<ChildProcess> {
  const logs = join(options.dir, 'logs')
  await mkdir(logs, { recursive: true })
  const log = await open(join(logs, 'pebble.log'), 'a', 0o600)
  try {
    const child = spawn(
      options.program ?? 'pebble',
      ['-config', config, '-dnsserver', options.dnsServer],
      {
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...process.env,
          PEBBLE_VA_NOSLEEP: '1',
          PEBBLE_WFE_NONCEREJECT: '0',
          // Every order is validated anew: a deployment that broke must not live on an old success.
          PEBBLE_AUTHZREUSE: '0',
        },
      },
    )
    await new Promise<void>((spawned, fail) => {
      child.once('spawn', spawned)
      child.once('error', (error: NodeJS.ErrnoException) =>
        fail(error.code === 'ENOENT' ? new Error(INSTALL) : error),
      )
    })
    return child
  } finally {
    await log.close()
  }
}

/** Waits until Pebble serves its directory; rejects with its last words if it ends before. */
async function untilItAnswers(
  child: ChildProcess,
  answers: () => Promise<boolean>,
  dir: string,
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await answers())) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const lines = (await readIfThere(join(dir, 'logs', 'pebble.log')))?.trim().split('\n')
      throw new Error(`pebble ended at once: ${lines?.at(-1) ?? 'it said nothing'}`)
    }
    if (Date.now() > deadline) throw new Error('pebble runs and does not answer')
    await sleep(25)
  }
}

function answersNow(host: string, port: number, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    // The timeout: what answers there may be another program, one that does not speak TLS.
    // Since 2.6 whoever does not name himself is refused (RFC 8555 section 6.1).
    const headers = { 'user-agent': 'padlock' }
    const options = { host, port, path: '/dir', headers, ca, agent: false, timeout: 500 }
    const asked = request(options, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('error', () => resolve(false))
    asked.once('timeout', () => asked.destroy(new Error('timeout')))
    asked.end()
  })
}
