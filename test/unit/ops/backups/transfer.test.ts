import { Readable, Writable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { transfer } from '../../../../ops/backups/transfer.ts'

test('a connection that breaks off while an object is read ends that attempt, and three of them the copy', async () => {
  let reads = 0
  const from = {
    async send() {
      reads++
      const body = new Readable({ read() {} })
      body.push('half')
      setImmediate(() => body.destroy(new Error('socket hang up')))
      return { Body: body }
    },
  }
  // As the SDK does: what it sends is piped, nobody listens to its errors, and the request runs out of time.
  const to = {
    send: ({ input }: { input: { Body: Readable } }) =>
      new Promise((_resolve, reject) => {
        input.Body.pipe(new Writable({ write: (_chunk, _encoding, done) => done() }))
        setTimeout(() => reject(new Error('socket timeout')), 50)
      }),
  }
  const bucket = (client: object) => ({ client: client as S3Client, name: 'shop-backups' })
  const one = { key: 'shop/files/a', size: 9, etag: '"e"' } as Parameters<typeof transfer>[0]
  await expect(transfer(one, bucket(from), bucket(to))).rejects.toThrow(
    'shop/files/a was not copied: socket timeout',
  )
  expect(reads).toBe(3)
})
