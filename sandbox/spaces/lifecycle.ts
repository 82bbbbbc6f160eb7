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

/** Answers `?lifecycle` of a bucket, which the gateway does not have. */
export async function answerLifecycle(
  outgoing: ServerResponse,
  method: string,
  bucket: string,
  body: string,
  lifecycles: Lifecycles,
): Promise<void> {
  if (method === 'PUT') {
    if (!/<LifecycleConfiguration[\s>]/.test(body) || !/<Rule>/.test(body)) {
      return refuse(outgoing, 400, 'MalformedXML', 'no LifecycleConfiguration with a Rule')
    }
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
