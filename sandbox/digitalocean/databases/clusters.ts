/** `/v2/databases` and what is asked of a cluster as a whole. */
import { randomUUID } from 'node:crypto'
import { takePrivateAddress } from '../addresses.ts'
import type { Context } from '../context.ts'
import { unprocessable } from '../errors.ts'
import { assign, defaultProject, ensureTag } from '../membership.ts'
import { bodyOf, page, query, texts } from '../request.ts'
import { timestamp } from '../state.ts'
import { checkTagName } from '../tags.ts'
import { databaseSize, optionsView } from './catalogue.ts'
import { clusterOf, clustersOf, notOnline, onlineCluster, toldCluster } from './find.ts'
import { readRules } from './firewall.ts'
import type { ClusterJobs } from './jobs.ts'
import { newPassword } from './members.ts'
import * as read from './request.ts'
import { type DatabaseRow, databaseUrn } from './rows.ts'
import { clusterView } from './views.ts'

export function clusterRoutes(context: Context, jobs: ClusterJobs): void {
  const { app, store, databases, limits, now } = context
  const { state } = store
  const clusters = clustersOf(state)
  const view = (row: DatabaseRow) => clusterView(row, state)

  app.get('/v2/databases/options', async () => optionsView(now()))
  app.get('/v2/databases', async (request) => {
    const tag = query(request, 'tag_name')
    const listed = tag ? clusters.filter(({ tags }) => tags.includes(tag)) : clusters
    return page(request, 'databases', listed, view)
  })
  app.get('/v2/databases/:id', async (request) => ({ database: view(toldCluster(store, request)) }))

  app.post('/v2/databases', async (request, reply) => {
    const body = bodyOf(request)
    const name = read.readName(body, clusters)
    read.readEngine(body)
    const version = read.readVersion(body, now())
    const { size, nodes } = read.readLayout(body)
    const region = read.readRegion(body)
    const storageMiB = read.readStorage(body, size)
    const project = read.readProject(body, state) ?? defaultProject(state)
    const rules = readRules(body, state)
    const tags = texts(body, 'tags')
    for (const tag of tags) checkTagName(tag)
    if (body.backup_restore) throw unprocessable('the sandbox restores no backups of clusters')
    const network = read.readNetwork(body, region, store)
    if (clusters.length >= limits.databases) {
      throw unprocessable(
        `creating this cluster will exceed your database limit of ${limits.databases}`,
      )
    }
    const id = randomUUID()
    const row: DatabaseRow = {
      id,
      name,
      version,
      size: size.slug,
      region,
      nodes,
      status: 'creating',
      createdAt: timestamp(),
      vpcId: network.id,
      privateAddress: takePrivateAddress(state, network).privateAddress,
      place: await databases.place(id),
      tags: tags.map((tag) => ensureTag(state, tag)),
      storageMiB,
      maintenance: { day: 'saturday', hour: '08:45:12' },
      users: [{ name: 'doadmin', role: 'primary', password: newPassword() }],
      databases: ['defaultdb'],
      rules,
      pools: [],
    }
    clusters.push(row)
    assign(state, project, databaseUrn(id))
    store.changed()
    jobs.create(row)
    return reply.code(201).send({ database: view(row) })
  })

  app.delete('/v2/databases/:id', async (request, reply) => {
    await jobs.remove(clusterOf(state, request))
    return reply.code(204).send()
  })

  app.get('/v2/databases/:id/ca', async (request) => {
    const { id, status } = clusterOf(state, request)
    if (status === 'creating') throw notOnline()
    const pem = await databases.ca(id)
    return { ca: { certificate: Buffer.from(pem).toString('base64') } }
  })

  app.put('/v2/databases/:id/resize', async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const body = bodyOf(request)
    const { size, nodes } = read.readLayout(body)
    // Storage never gets less (docs: how to resize a cluster).
    if (size.storage < (databaseSize(cluster.size)?.storage ?? 0)) {
      throw unprocessable(`invalid size ${size.slug}: it has less storage than ${cluster.size}`)
    }
    const storageMiB = read.readStorage(body, size, Math.max(size.storage, cluster.storageMiB))
    jobs.change(cluster, 'resizing', { size: size.slug, nodes, storageMiB })
    return reply.code(202).send()
  })

  app.put('/v2/databases/:id/migrate', async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const body = bodyOf(request)
    const region = read.readRegion(body)
    const network = read.readNetwork(body, region, store)
    const { privateAddress } = takePrivateAddress(state, network)
    jobs.change(cluster, 'migrating', { region, vpcId: network.id, privateAddress })
    return reply.code(202).send()
  })

  app.put('/v2/databases/:id/maintenance', async (request, reply) => {
    onlineCluster(state, request).maintenance = read.readMaintenance(bodyOf(request))
    store.changed()
    return reply.code(204).send()
  })

  // What runs stays what this computer has; the account says the new version.
  app.put('/v2/databases/:id/upgrade', async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const version = read.readVersion(bodyOf(request), now())
    if (Number(version) <= Number(cluster.version)) {
      throw unprocessable(`invalid version ${version}: the cluster has ${cluster.version}`)
    }
    jobs.change(cluster, 'migrating', { version })
    return reply.code(204).send()
  })

  for (const kind of ['backups', 'replicas']) {
    app.get(`/v2/databases/:id/${kind}`, async (request) => {
      clusterOf(state, request)
      return page(request, kind, [])
    })
  }
}
