/** Hosts with backups on an S3 server of their own, for a file of tests: all of it ends with the file. */
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { FULL, type Key, type Storage, startStorage } from '../spaces/account.ts'
import { makePlace, type Place } from './place.ts'
import { type Stocked, stocked } from './stocked.ts'

export interface Fleet {
  /** There once anything has been made on it. */
  readonly storage: Storage
  /** A bucket with a key that reads and writes it, and an order of backups that go there. */
  bucket(name: string, prefix: string): Promise<{ key: Key; order: Record<string, unknown> }>
  /** A host with nothing on it. */
  place(more?: string[]): Promise<Place>
  /** A host that makes backups to a bucket of its own. */
  stocked(name: string): Promise<Stocked>
}

/** Called where a file of tests begins. */
export function newFleet(): Fleet {
  let begun: Promise<Storage> | undefined
  let storage: Storage | undefined
  const places: Place[] = []
  const start = async () => {
    begun ??= startStorage()
    storage = await begun
    return storage
  }
  const kept = <One extends Place>(place: One) => {
    places.push(place)
    return place
  }
  afterAll(async () => {
    for (const place of places.reverse()) await place.end()
    await (await begun)?.end()
  })
  return {
    get storage() {
      if (!storage) throw new Error('no host has been made yet')
      return storage
    },
    async bucket(name, prefix) {
      const { client, key: newKey, spaces } = await start()
      const owner = client('nyc3', await newKey('owner', FULL))
      await owner.send(new CreateBucketCommand({ Bucket: name }))
      const key = await newKey('host', { bucket: name, permission: 'readwrite' })
      const order = {
        ...{ database: true, files: true, endpoint: `localhost:${spaces.port}` },
        ...{ region: 'us-east-1', bucket: name, prefix },
        ...{ key: key.accessKeyId, secret: key.secretAccessKey },
        ...{ passphrase: 'correct-horse-battery-staple-of-32', keepDaily: 7, keepWeekly: 4 },
      }
      return { key, order }
    },
    place: async (more) => kept(await makePlace((await start()).authority.rootPath, more)),
    stocked: async (name) => kept(await stocked(await start(), name)),
  }
}
