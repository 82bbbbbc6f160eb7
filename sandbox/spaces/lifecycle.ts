import type { ServerResponse } from 'node:http'
import { readIfThere, writeAtomically } from '../files.ts'
import { refuse } from './refusal.ts'

/** Lifecycle configurations of buckets as they were put; nothing here expires anything. */
export interface Lifecycles {
  get(bucket: string): string | undefined
  /** undefined takes it away. */
  set(bucket: string, configuration: string | undefined): Promise<void>
}

export async function openLifecycles(path: string): Promise<Lifecycles> {
  const kept: Record<string, string> = JSON.parse((await readIfThere(path)) ?? '{}')
  return {
    get: (bucket) => kept[bucket],
    async set(bucket, configuration) {
      if (configuration === kept[bucket]) return
      if (configuration === undefined) delete kept[bucket]
      else kept[bucket] = configuration
      await writeAtomically(path, JSON.stringify(kept))
    },
  }
}

const ACTION = /<(Expiration|NoncurrentVersionExpiration|AbortIncompleteMultipartUpload)>/
/** By tags, or to another class of storage: S3 has these rules, Spaces has not. */
const UNSUPPORTED = /<(Tag|Transition|NoncurrentVersionTransition)>/

/** Status, code and message of the refusal; undefined where there is nothing wrong. */
function wrongIn(body: string): [status: number, code: string, message: string] | undefined {
  const [, inner = ''] =
    /<LifecycleConfiguration(?:\s[^>]*)?>(.*)<\/LifecycleConfiguration>/s.exec(body) ?? []
  const rules = [...inner.matchAll(/<Rule>(.*?)<\/Rule>/gs)].map(([, rule = '']) => rule)
  if (rules.length === 0) return [400, 'MalformedXML', 'no LifecycleConfiguration with a Rule']
  for (const rule of rules) {
    const [, unsupported] = UNSUPPORTED.exec(rule) ?? []
    if (unsupported) return [501, 'NotImplemented', `Spaces has no rules with ${unsupported}`]
    if (!/<Status>(Enabled|Disabled)<\/Status>/.test(rule)) {
      return [400, 'MalformedXML', 'a Rule without a Status']
    }
    if (!ACTION.test(rule)) return [400, 'MalformedXML', 'a Rule without an action']
  }
  return undefined
}

/** Answers `?lifecycle` of a bucket, which the gateway does not have. */
export async function answerLifecycle(
  outgoing: ServerResponse,
  method: string,
  bucket: string,
  body: string,
  lifecycles: Lifecycles,
): Promise<void> {
  if (method === 'PUT') {
    const wrong = wrongIn(body)
    if (wrong) return refuse(outgoing, ...wrong)
    await lifecycles.set(bucket, body)
    outgoing.writeHead(200).end()
  } else if (method === 'DELETE') {
    await lifecycles.set(bucket, undefined)
    outgoing.writeHead(204).end()
  } else {
    const found = lifecycles.get(bucket)
    if (found === undefined) {
      const message = 'The lifecycle configuration does not exist'
      return refuse(outgoing, 404, 'NoSuchLifecycleConfiguration', message)
    }
    outgoing.writeHead(200, { 'content-type': 'application/xml' }).end(found)
  }
}
