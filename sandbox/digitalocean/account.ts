/** `/v2/account` and `/v2/account/keys`. */
import { createHash } from 'node:crypto'
import ssh2 from 'ssh2'
import type { Context } from './context.ts'
import { notFound, unprocessable } from './errors.ts'
import { bodyOf, page, param, text } from './request.ts'
import type { KeyRow, Store } from './state.ts'

const view = (key: KeyRow) => ({
  id: key.id,
  public_key: key.publicKey,
  name: key.name,
  fingerprint: key.fingerprint,
})

/** The key with this id, as a number or in digits, or with this fingerprint. */
export function findKey(store: Store, identifier: unknown): KeyRow | undefined {
  const wanted = String(identifier)
  return store.state.keys.find((key) => String(key.id) === wanted || key.fingerprint === wanted)
}

export function accountRoutes({ app, store, limits }: Context): void {
  const { state } = store
  app.get('/v2/account', async () => ({
    account: {
      droplet_limit: limits.droplets,
      floating_ip_limit: limits.reservedIps,
      reserved_ip_limit: limits.reservedIps,
      volume_limit: limits.volumes,
      email: 'sandbox@example.com',
      name: 'Sandbox',
      uuid: state.account.uuid,
      email_verified: true,
      status: 'active',
      status_message: '',
      team: { uuid: state.account.teamUuid, name: 'Sandbox' },
    },
  }))

  app.get('/v2/account/keys', async (request) => page(request, 'ssh_keys', state.keys, view))

  app.post('/v2/account/keys', async (request, reply) => {
    const body = bodyOf(request)
    const name = nameOf(text(body, 'name'))
    const publicKey = (text(body, 'public_key') ?? '').trim()
    const fingerprint = fingerprintOf(publicKey)
    if (findKey(store, fingerprint)) {
      throw unprocessable('SSH Key is already in use on your account')
    }
    const key: KeyRow = { id: store.takeId(), name, publicKey, fingerprint }
    state.keys.push(key)
    store.changed()
    return reply.code(201).send({ ssh_key: view(key) })
  })

  const find = (identifier: string): KeyRow => {
    const key = findKey(store, identifier)
    if (!key) throw notFound()
    return key
  }

  app.get('/v2/account/keys/:ssh_key_identifier', async (request) => ({
    ssh_key: view(find(param(request, 'ssh_key_identifier'))),
  }))

  app.put('/v2/account/keys/:ssh_key_identifier', async (request) => {
    const key = find(param(request, 'ssh_key_identifier'))
    key.name = nameOf(text(bodyOf(request), 'name'))
    store.changed()
    return { ssh_key: view(key) }
  })

  app.delete('/v2/account/keys/:ssh_key_identifier', async (request, reply) => {
    const key = find(param(request, 'ssh_key_identifier'))
    state.keys = state.keys.filter((each) => each !== key)
    store.changed()
    return reply.code(204).send()
  })
}

function nameOf(name: string | undefined): string {
  if (!name) throw unprocessable("Name can't be blank")
  return name
}

const KEY_TYPES = [
  'ssh-rsa',
  'ssh-dss',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-ed25519',
]

/** The MD5 fingerprint by which the API names a key, such as `3b:16:bf:…`. */
function fingerprintOf(publicKey: string): string {
  const [type = '', data = ''] = publicKey.split(/\s+/)
  if (publicKey === '' || data === '') {
    throw unprocessable('Key invalid, key should be of the format `type key [comment]`')
  }
  if (!KEY_TYPES.includes(type)) {
    const types = KEY_TYPES.map((each) => `'${each}'`)
    throw unprocessable(
      `Key invalid type, we support ${types.slice(0, -1).join(', ')}, or ${types.at(-1)}`,
    )
  }
  const parsed = ssh2.utils.parseKey(`${type} ${data}`)
  if (parsed instanceof Error) {
    throw unprocessable('Fingerprint could not be generated, please make sure your key is valid')
  }
  const digest = createHash('md5').update(parsed.getPublicSSH()).digest('hex')
  return digest.replace(/..(?!$)/g, '$&:')
}
