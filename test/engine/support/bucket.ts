import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { S3Client } from '@aws-sdk/client-s3'
import type { Sandbox } from './sandbox.ts'

/** A client of the sandbox's Spaces with a key of its own; to be destroyed. */
export const clientOf = (
  sandbox: Sandbox,
  { endpoint, key, secret }: { endpoint: string; key: string; secret: string },
) =>
  new S3Client({
    endpoint: `https://${endpoint}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: key, secretAccessKey: secret },
    requestHandler: {
      httpsAgent: new Agent({
        ca: readFileSync(`${sandbox.dir}/ca/root.pem`),
        lookup: (_name, { all }, done) =>
          all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
      }),
    },
  })
