/** A host with backups in a bucket of its own, on an S3 server that several of them share. */
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { FULL, type Key, type Storage } from '../spaces/account.ts'
import { makePlace, type Outcome, type Place } from './place.ts'

const PASSPHRASE = 'correct-horse-battery-staple-of-32'

export interface Stocked extends Place {
  key: Key
  /** As a stack's output backupAccess has it. */
  source: Record<string, unknown>
  /** `backup restore` with this order; what it says, if it succeeds. */
  restore(order: object, ahead?: number): Promise<Outcome & { told: Told }>
  insert(from: number, to: number): Promise<string>
  /** How many rows there are, and the first and the last of them. */
  rows(): Promise<string>
  /** The server's time, between two transactions. */
  moment(): Promise<string>
}

export interface Told {
  database: { label: string; until: string; seconds: number; where: string } | null
  files: { label: string; until: string; seconds: number; where: string } | null
  seconds: number
  downSeconds: number
  appReady: boolean
  problems: string[]
}

/** @param name of the bucket, and of the prefix in it */
export async function stocked(storage: Storage, name: string): Promise<Stocked> {
  const owner = storage.client('nyc3', await storage.key(`owner-of-${name}`, FULL))
  await owner.send(new CreateBucketCommand({ Bucket: name }))
  const key = await storage.key(name, { bucket: name, permission: 'readwrite' })
  const place = await makePlace(storage.authority.rootPath)
  const source = {
    ...{ endpoint: `localhost:${storage.spaces.port}`, region: 'us-east-1', bucket: name },
    ...{ key: key.accessKeyId, secret: key.secretAccessKey, prefix: name },
    passphrase: `${PASSPHRASE}-${name}`,
  }
  await place.sql('CREATE TABLE numbers (n bigint PRIMARY KEY, at timestamptz DEFAULT now())')
  await place.sql(`CREATE ROLE app LOGIN PASSWORD 'password-of-${name}'`)
  const wanted = { database: true, files: true, keepDaily: 7, keepWeekly: 4 }
  await place.must('up', { ...source, ...wanted })
  return {
    ...place,
    ...{ key, source },
    async restore(order, ahead) {
      const done = await place.backup('restore', order, ahead)
      return { ...done, told: done.code === 0 ? JSON.parse(done.stdout) : undefined }
    },
    insert: (from, to) =>
      place.sql(`INSERT INTO numbers (n) SELECT generate_series(${from}, ${to})`),
    rows: () => place.sql('SELECT count(*), min(n), max(n) FROM numbers'),
    async moment() {
      await new Promise((done) => setTimeout(done, 50))
      const query = `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
      const found = await place.sql(query)
      await new Promise((done) => setTimeout(done, 50))
      return found
    },
  }
}
