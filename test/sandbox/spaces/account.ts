/** An account with object storage of a test's own: the simulated API, and real S3 servers behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import type { Grant } from '../../../sandbox/spaces/grants.ts'
import { type Spaces, startSpaces } from '../../../sandbox/spaces/index.ts'
import { type Account, startAccount } from '../digitalocean/account.ts'

export interface Key {
  accessKeyId: string
  secretAccessKey: string
}

export interface Storage {
  dir: string
  account: Account
  spaces: Spaces
  authority: Authority
  lines: string[]
  key(name: string, ...grants: Grant[]): Promise<Key>
  /** AWS's own client, at a region's endpoint. */
  client(region: string, credentials: Key, change?: Partial<S3ClientConfig>): S3Client
  end(): Promise<void>
}

export const FULL: Grant = { bucket: '', permission: 'fullaccess' }
export const cache = resolve(process.env.PADLOCK_CACHE ?? '.sandbox/cache')

/** @param newKeySeconds how long a new key is refused */
export async function startStorage(newKeySeconds = 0): Promise<Storage> {
  const dir = mkdtempSync(join(tmpdir(), 'spaces-'))
  const authority = await openAuthority(dir)
  const lines: string[] = []
  const log = (line: string) => void lines.push(line)
  const spaces = await startSpaces({
    ...{ dir, cache, authority, host: '127.0.0.1', port: 0, log, newKeySeconds },
  })
  const account = await startAccount({ spaces })
  const clients: S3Client[] = []
  return {
    ...{ dir, account, spaces, authority, lines },
    async key(name, ...grants) {
      const { status, body } = await account.call('POST', '/spaces/keys', { name, grants })
      if (status !== 201) throw new Error(`${status}: ${body.message}`)
      return { accessKeyId: body.key.access_key, secretAccessKey: body.key.secret_key }
    },
    client(region, credentials, change) {
      const client = new S3Client({
        endpoint: spaces.endpoint(region),
        region: 'us-east-1',
        credentials,
        // As DigitalOcean's page on AWS's SDKs says.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        maxAttempts: 1,
        requestHandler: { httpsAgent: new Agent({ ca: authority.rootPem, lookup }) },
        ...change,
      })
      clients.push(client)
      return client
    },
    async end() {
      for (const client of clients) client.destroy()
      await account.end()
      await spaces.close()
      rmSync(dir, { recursive: true })
    },
  }
}

/** Every name of the sandbox's leads to this computer. */
const lookup: NonNullable<import('node:net').TcpSocketConnectOpts['lookup']> = (
  _name,
  { all },
  done,
) => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4))
