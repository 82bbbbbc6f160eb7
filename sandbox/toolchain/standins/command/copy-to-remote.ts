import { randomBytes } from 'node:crypto'
import type { remote } from '@pulumi/command'
import type { Context, ResourceHandler } from '../server/types.ts'
import { reveal, type Values } from '../server/values.ts'
import { CONNECTION, usableConnection, withConnection } from './connection.ts'
import { copySource } from './copy.ts'
import { withTimeout } from './deadline.ts'
import { dial } from './dial.ts'
import { contentHash, inputDiff, sameValue } from './diff.ts'
import { type Fields, failures } from './schema.ts'
import { completeSource, previewedSource, sourceFailure, usableSource } from './source.ts'

const INPUTS: Fields<remote.CopyToRemoteArgs> = {
  name: 'remote.CopyToRemoteInputs',
  fields: {
    connection: { kind: CONNECTION as Fields<unknown>, required: true },
    remotePath: { kind: 'string', required: true },
    source: { kind: 'any' },
    triggers: { kind: 'any' },
  },
}

/**
 * `remote.CopyToRemote`: a file or folder copied to a host. Nobody looks again whether it is still
 * there, and Delete leaves it.
 */
export const copyToRemote: ResourceHandler<unknown> = {
  check({ news }) {
    const refused = sourceFailure(news.source)
    const found = [...failures(INPUTS, news), ...(refused ? [refused] : [])]
    if (found.length > 0) return { inputs: answered(news, {}), failures: found }
    return { inputs: answered(news) }
  },
  diff: inputDiff,
  async create({ properties, preview, timeout }, context) {
    if (preview) return { properties: previewed(properties) }
    await copy(properties, timeout, context)
    return { id: randomBytes(4).toString('hex'), properties: answered(properties) }
  },
  async update({ olds, news, preview, timeout }, context) {
    if (preview) return previewed(news)
    const same =
      contentHash(olds.source) === contentHash(news.source) &&
      sameValue(reveal(olds.remotePath ?? null), reveal(news.remotePath ?? null))
    // A changed connection or trigger copies nothing, and does not even connect.
    if (!same) await copy(news, timeout, context)
    return answered(news)
  },
  read: ({ id, properties, inputs }) => ({ id, properties, inputs }),
  delete() {},
}

function answered(values: Values, defaults?: Values): Values {
  return { ...withConnection(values, defaults), source: completeSource(values.source) }
}

function previewed(values: Values): Values {
  return { ...withConnection(values), source: previewedSource(values.source) }
}

function copy(values: Values, timeout: number, context: Context<unknown>): Promise<void> {
  return withTimeout(timeout, context, async (bounded) => {
    const client = await dial(usableConnection(values), bounded)
    try {
      await copySource(client, usableSource(values.source), String(reveal(values.remotePath!)))
      bounded.signal.throwIfAborted()
    } finally {
      client.end()
    }
  })
}
