/** The OpenID provider's storage: applications from the tenant, the rest among its artifacts. */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { findClient } from '../management/clients.ts'
import type { Store } from '../state.ts'
import { clientMetadata } from './client-metadata.ts'

const seconds = () => Math.floor(Date.now() / 1000)

/** A constructor as the provider wants it: one adapter a model. */
export function adapterFor(store: Store): (model: string) => Adapter {
  return (model) => {
    if (model === 'Client') return clientAdapter(store)
    const { state } = store
    const key = (id: string) => `${model}:${id}`

    const read = (id: string): AdapterPayload | undefined => {
      const found = state.artifacts[key(id)]
      if (!found || (found.expiresAt && found.expiresAt < seconds())) return undefined
      return { ...found.payload }
    }
    const findBy = (property: string, value: string) => {
      for (const [name, { payload }] of Object.entries(state.artifacts)) {
        if (name.startsWith(`${model}:`) && payload[property] === value) {
          return read(name.slice(model.length + 1))
        }
      }
      return undefined
    }

    return {
      async upsert(id, payload, expiresIn) {
        dropExpired(store)
        const expiry = expiresIn ? { expiresAt: seconds() + expiresIn } : {}
        state.artifacts[key(id)] = { payload: JSON.parse(JSON.stringify(payload)), ...expiry }
        await store.save()
      },
      find: async (id) => read(id),
      findByUid: async (uid) => findBy('uid', uid),
      findByUserCode: async (code) => findBy('userCode', code),
      async consume(id) {
        const found = state.artifacts[key(id)]
        if (found) found.payload.consumed = seconds()
        await store.save()
      },
      async destroy(id) {
        delete state.artifacts[key(id)]
        await store.save()
      },
      async revokeByGrantId(grantId) {
        for (const [name, { payload }] of Object.entries(state.artifacts)) {
          if (name.startsWith(`${model}:`) && payload.grantId === grantId) {
            delete state.artifacts[name]
          }
        }
        await store.save()
      },
    }
  }
}

function dropExpired({ state }: Store): void {
  const now = seconds()
  for (const [name, { expiresAt }] of Object.entries(state.artifacts)) {
    if (expiresAt && expiresAt < now) delete state.artifacts[name]
  }
}

/** Applications are made by the Management API alone. */
function clientAdapter({ state }: Store): Adapter {
  const refuse = async () => {
    throw new Error('applications are managed through the Management API')
  }
  const none = async () => undefined
  return {
    async find(id) {
      const client = findClient(state, id)
      return client && (clientMetadata(client) as AdapterPayload)
    },
    findByUid: none,
    findByUserCode: none,
    upsert: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  }
}
