/** An S3 server that is not Spaces: versitygw by itself, whose owner gives keys policies. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type BucketPlace, clientSettings } from '../../../config/backups/place.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { ensureGateway } from '../../../sandbox/spaces/gateway/program.ts'
import { cache } from './account.ts'

const KEYS = {
  root: 'secret-of-the-owner-0123456789',
  host: 'secret-of-the-host-0123456789',
  other: 'secret-of-another-0123456789',
}
const START_TIMEOUT_MS = 60_000
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/backups.md'), 'utf8')
/** As the documentation tells them. */
export const [POLICY = '', READING = ''] = [...DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, policy = '']) => policy,
)

/**
 * versitygw tells of an earlier version when it was replaced, where S3 tells when it was made; that is in
 * its number, a ULID (https://github.com/ulid/spec): 48 bits of milliseconds in Crockford's base 32.
 */
export const made = ({ VersionId }: { VersionId: string }): number =>
  [...VersionId.slice(0, 10)].reduce(
    (time, digit) => time * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit),
    0,
  )

export interface Gateway {
  dir: string
  /** Of what the server's certificate chains to. */
  rootPath: string
  rootPem: string
  /** Of a client that trusts it. */
  requestHandler: { httpsAgent: Agent }
  /** A bucket as one of its keys has it. */
  place(bucket: string, key: keyof typeof KEYS): BucketPlace
  /** AWS's own client, with the settings that the stack has. */
  client(place: BucketPlace): S3Client
  /** As the owner: a bucket without versions. */
  makeBucket(bucket: string): Promise<void>
  /** As the owner. */
  enableVersions(bucket: string): Promise<void>
  /**
   * What the key `host` may do in it, by the text of an AWS policy that names BUCKET.
   * @param others the same for the key `other`, which may do nothing without it
   */
  allow(bucket: string, policy: string, others?: string): Promise<void>
  end(): Promise<void>
}

/**
 * @param region that it signs for
 * @param trusted the folder of the authority that its certificate is of; its own where there is none
 */
export async function startGateway(region: string, trusted?: string): Promise<Gateway> {
  const dir = mkdtempSync(join(tmpdir(), 's3-'))
  const authority = await openAuthority(trusted ?? dir)
  const { cert, key } = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] })
  const at = (name: string) => join(dir, name)
  for (const folder of ['buckets', 'versions', 'iam']) mkdirSync(at(folder))
  writeFileSync(at('cert.pem'), cert)
  writeFileSync(at('key.pem'), key, { mode: 0o600 })
  const account = (access: 'host' | 'other') => ({
    ...{ access, secret: KEYS[access], role: 'user', userID: 0, groupID: 0, projectID: 0 },
  })
  const accessAccounts = { host: account('host'), other: account('other') }
  writeFileSync(at('iam/users.json'), JSON.stringify({ accessAccounts }))
  const port = await freePort()
  const flags = ['--port', `127.0.0.1:${port}`, '--region', region, '--iam-dir', at('iam')]
  const tls = ['--cert', at('cert.pem'), '--key', at('key.pem')]
  const program = await ensureGateway(cache, () => {})
  const child = spawn(
    program,
    [...flags, ...tls, '--quiet', 'posix', '--versioning-dir', at('versions'), at('buckets')],
    {
      stdio: 'ignore',
      env: { ROOT_ACCESS_KEY_ID: 'root', ROOT_SECRET_ACCESS_KEY: KEYS.root },
    },
  )
  await untilItListens(child, port)
  const clients: S3Client[] = []
  const requestHandler = { httpsAgent: new Agent({ ca: authority.rootPem }) }
  const client = (place: BucketPlace) => {
    const made = new S3Client({
      ...clientSettings(place),
      maxAttempts: 1,
      requestHandler,
    })
    clients.push(made)
    return made
  }
  const place = (bucket: string, name: keyof typeof KEYS) => ({
    ...{ endpoint: `localhost:${port}`, region, bucket, key: name, secret: KEYS[name] },
  })
  return {
    ...{
      dir,
      rootPath: authority.rootPath,
      rootPem: authority.rootPem,
      place,
      client,
      requestHandler,
    },
    async makeBucket(Bucket) {
      await client(place(Bucket, 'root')).send(new CreateBucketCommand({ Bucket }))
    },
    async enableVersions(Bucket) {
      const VersioningConfiguration = { Status: 'Enabled' as const }
      const command = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })
      await client(place(Bucket, 'root')).send(command)
    },
    async allow(Bucket, policy, others) {
      const of = (text: string, name: keyof typeof KEYS): object[] =>
        JSON.parse(text.replaceAll('BUCKET', Bucket)).Statement.map((one: object) => ({
          ...{ ...one, Principal: { AWS: [name] } },
        }))
      const Statement = [...of(policy, 'host'), ...(others ? of(others, 'other') : [])]
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
      await client(place(Bucket, 'root')).send(new PutBucketPolicyCommand({ Bucket, Policy }))
    },
    async end() {
      for (const one of clients) one.destroy()
      const gone = new Promise((exited) => child.once('exit', exited))
      if (child.kill()) await gone
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error('versitygw runs and does not answer')
    await sleep(25)
  }
}

const listens = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
