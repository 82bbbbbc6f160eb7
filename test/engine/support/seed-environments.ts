/**
 * Fills the accounts of a sandbox that has not started yet with environments as the program makes
 * them, a stack file for each: `node seed-environments.ts DIR COUNT EXPIRED`. The first EXPIRED of
 * them, pr-1, pr-2 and so on, are past their expiry.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyName, ownerNote, ownerTag } from '../../../config/checkout/owner.ts'
import { expiryTag } from '../../../config/expiry.ts'
import { newId } from '../../../sandbox/auth0/ids.ts'
import { clientDefaults } from '../../../sandbox/auth0/management/clients.ts'
import { seed } from '../../../sandbox/auth0/seed.ts'
import { openStore } from '../../../sandbox/auth0/state.ts'
import { takePrivateAddress, takePublicAddress } from '../../../sandbox/digitalocean/addresses.ts'
import { type RecordRow, Store, timestamp } from '../../../sandbox/digitalocean/state.ts'

const [dir = '', count = '', expired = ''] = process.argv.slice(2)
const REGION = 'fra1'
const ZONE = 'padlock.localhost'
const OWNER = 'abc1234'
const PAST = '2026-01-01T00:00:00Z'
const FUTURE = '2031-01-01T00:00:00Z'
const createdAt = timestamp()

const digitalocean = await Store.open(join(dir, 'digitalocean.json'))
const auth0 = await openStore(join(dir, 'auth0.json'), seed)
const stacks = join(dir, 'state/.pulumi/stacks/padlock')
mkdirSync(stacks, { recursive: true })

const { state } = digitalocean
const vpc = {
  id: randomUUID(),
  name: `default-${REGION}`,
  description: '',
  region: REGION,
  ipRange: '10.114.0.0/16',
  isDefault: true,
  createdAt,
}
state.vpcs.push(vpc)
const records: RecordRow[] = []
state.domains.push({ name: ZONE, ttl: 1800, serial: 1, records })
const record = (type: string, name: string, data: string): RecordRow => ({
  ...{ id: digitalocean.takeId(), type, name, data, priority: null, port: null, ttl: 300 },
  ...{ weight: null, flags: type === 'CAA' ? 0 : null, tag: type === 'CAA' ? 'issue' : null },
})

for (let number = 1; number <= Number(count); number++) {
  const stack = `pr-${number}`
  const name = `padlock-${stack}`
  const unique = `${name}-${(0xabc0000 + number).toString(16)}`
  const expires = number <= Number(expired) ? PAST : FUTURE
  const tags = [name, ownerTag(name, OWNER), expiryTag(name, new Date(expires))]
  const ip = takePublicAddress(state)
  const id = digitalocean.takeId()
  state.tags.push(...tags)
  state.droplets.push({
    ...{ id, name: unique, region: REGION, size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' },
    ...{ disk: 10, status: 'off', createdAt, backups: null, monitoring: true, agent: true },
    ...{ publicNetworking: true, publicAddress: ip, ipv6Address: null },
    ...{ ...takePrivateAddress(state, vpc), vpcId: vpc.id, tags, publicKeys: [] },
  })
  state.firewalls.push({
    ...{ id: randomUUID(), name: unique, createdAt, inbound: [], outbound: [] },
    ...{ dropletIds: [id], tags: tags.slice(0, 2), settlesAt: 0 },
  })
  state.keys.push({
    ...{ id: digitalocean.takeId(), name: keyName(name, OWNER) },
    ...{ publicKey: `ssh-ed25519 ${number}`, fingerprint: `${number}` },
  })
  state.projects.push({
    ...{ id: randomUUID(), name, description: ownerNote(stack, OWNER), purpose: 'Web Application' },
    ...{ environment: 'Development', isDefault: false, createdAt, updatedAt: createdAt },
    movingUntil: 0,
    resources: [{ urn: `do:droplet:${id}`, assignedAt: createdAt }],
  })
  const host = `${stack}.preview`
  records.push(record('A', host, ip), record('CAA', host, 'letsencrypt.org'))
  auth0.state.clients.push({
    ...clientDefaults('regular_web'),
    ...{ client_id: newId.client(), client_secret: newId.clientSecret(), name },
    client_metadata: { project: 'padlock', stack, owner: OWNER, expires },
  })
  writeFileSync(join(stacks, `${stack}.json`), JSON.stringify(checkpoint(stack, expires)))
}
digitalocean.changed()
await Promise.all([digitalocean.saved(), auth0.save()])

/** What the engine's file backend keeps of a stack, with the two resources that every state begins with. */
function checkpoint(stack: string, expires: string): unknown {
  const urn = `urn:pulumi:${stack}::padlock::pulumi:pulumi:Stack::padlock-${stack}`
  const manifest = { time: createdAt, magic: '', version: '' }
  const type = 'padlock:index:Deployment'
  const deployment = {
    ...{ urn: `urn:pulumi:${stack}::padlock::${type}::padlock-${stack}`, custom: false, type },
    inputs: { owner: OWNER, expires: `${expires.slice(0, 16)}Z` },
    parent: urn,
  }
  const resources = [{ urn, custom: false, type: 'pulumi:pulumi:Stack' }, deployment]
  const latest = { manifest, resources, metadata: {} }
  return { version: 3, checkpoint: { stack: `organization/padlock/${stack}`, latest } }
}
