import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { readIfThere } from '../files.ts'
import { lazily } from '../lazily.ts'
import { freePort } from '../ports.ts'
import { endProcess, recordProcess, startMark } from '../processes.ts'
import { policyOf, type SpacesKey } from './grants.ts'
import { endpointHost } from './regions.ts'

/** What the provider signs for in every region (digitalocean/config/config.go). */
const SIGNED_REGION = 'us-east-1'
const START_TIMEOUT_MS = 60_000
const HOST = '127.0.0.1'

export interface Region {
  /** The gateway's port; starts it, which makes the program first where the cache has none. */
  port(): Promise<number>
  /** Names of its buckets. */
  buckets(): string[]
  /** Brings the policies of its buckets in line with the keys. */
  sync(): Promise<void>
  pid(): number | undefined
  close(): Promise<void>
}

/** A region's own gateway and folders: `<dir>/spaces/REGION/{buckets,versions}`. */
export function openRegion(options: {
  region: string
  dir: string
  /** Path of versitygw. */
  program: () => Promise<string>
  keys: () => SpacesKey[]
  log: (line: string) => void
}): Region {
  const { region, dir, log } = options
  const folder = join(dir, 'spaces', region)
  const root = { accessKeyId: 'root', secretAccessKey: randomBytes(24).toString('base64url') }
  const name = `spaces-${region}`
  let child: ChildProcess | undefined
  let forget = async () => {}
  let port = 0
  let start = lazily(launch)

  async function launch(): Promise<void> {
    const program = await options.program()
    for (const each of ['buckets', 'versions']) await mkdir(join(folder, each), { recursive: true })
    await mkdir(join(dir, 'spaces', 'iam'), { recursive: true })
    await mkdir(join(dir, 'logs'), { recursive: true })
    port = await freePort()
    const file = await open(join(dir, 'logs', `${name}.log`), 'a', 0o600)
    const flags = {
      port: `${HOST}:${port}`,
      region: SIGNED_REGION,
      'virtual-domain': endpointHost(region),
      'iam-dir': join(dir, 'spaces', 'iam'),
    }
    const gateway = spawn(
      program,
      [
        ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
        ...['--iam-cache-disable', '--quiet'],
        ...['posix', '--versioning-dir', join(folder, 'versions'), join(folder, 'buckets')],
      ],
      {
        stdio: ['ignore', file.fd, file.fd],
        // Not among the arguments, which every process of this computer may read.
        env: {
          PATH: process.env.PATH,
          ROOT_ACCESS_KEY_ID: root.accessKeyId,
          ROOT_SECRET_ACCESS_KEY: root.secretAccessKey,
        },
      },
    )
    await new Promise<void>((done, fail) => gateway.once('spawn', done).once('error', fail))
    await file.close()
    child = gateway
    gateway.once('exit', (code, signal) => {
      child = undefined
      // The next request starts another.
      start = lazily(launch)
      log(`${name}: versitygw ended (${signal ?? `exit code ${code}`})`)
    })
    forget = await recordProcess(dir, name, gateway.pid as number)
    await untilItListens(gateway)
    await setPolicies()
  }

  async function untilItListens(gateway: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (!(await listens(port))) {
      if (gateway.exitCode !== null || gateway.signalCode !== null) {
        const lines = (await readIfThere(join(dir, 'logs', `${name}.log`)))?.trim().split('\n')
        throw new Error(`versitygw ended at once: ${lines?.at(-1) ?? 'it said nothing'}`)
      }
      if (Date.now() > deadline) throw new Error('versitygw runs and does not answer')
      await sleep(25)
    }
  }

  const buckets = () => {
    try {
      const entries = readdirSync(join(folder, 'buckets'), { withFileTypes: true })
      return entries.filter((one) => one.isDirectory() && !/^\./.test(one.name)).map((e) => e.name)
    } catch {
      return []
    }
  }

  async function setPolicies(): Promise<void> {
    const s3 = await import('@aws-sdk/client-s3')
    const client = ownClient(s3, root, port)
    for (const Bucket of buckets()) {
      const Policy = policyOf(Bucket, options.keys())
      if (Policy) await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }))
      else await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }))
    }
    client.destroy()
  }

  const started = async () => {
    await start()
    return port
  }
  return {
    port: started,
    buckets,
    async sync() {
      if (buckets().length === 0) return
      if (child) await setPolicies()
      else await started()
    },
    pid: () => child?.pid,
    async close() {
      const pid = child?.pid
      const mark = pid === undefined ? undefined : startMark(pid)
      if (pid === undefined || mark === undefined) return
      const gone = new Promise((exited) => child?.once('exit', exited))
      await endProcess({ pid, started: mark })
      await gone
      await forget()
    },
  }
}

const ownClient = (
  { S3Client }: typeof import('@aws-sdk/client-s3'),
  credentials: { accessKeyId: string; secretAccessKey: string },
  port: number,
): S3Client =>
  new S3Client({
    endpoint: `http://${HOST}:${port}`,
    region: SIGNED_REGION,
    forcePathStyle: true,
    credentials,
  })

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: HOST, port })
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
