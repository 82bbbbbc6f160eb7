/** `/v2/domains` and their records. */
import { isIPv4 } from 'node:net'
import type { Context } from './context.ts'
import { notFound, unprocessable } from './errors.ts'
import { assign, defaultProject, domainUrn, unassign } from './membership.ts'
import { readRecord } from './record-request.ts'
import { bodyOf, page, param, query, text } from './request.ts'
import type { DomainRow, RecordRow, Store } from './state.ts'
import { zoneFile } from './zone.ts'

const DEFAULT_TTL = 1800
const NAME_SERVERS = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']

const view = (domain: DomainRow, withZone = true) => ({
  name: domain.name,
  ttl: domain.ttl,
  zone_file: withZone ? zoneFile(domain) : null,
})

export function domainRoutes({ app, store }: Context): void {
  const { state } = store
  const find = (name: string): DomainRow => {
    const domain = state.domains.find((each) => each.name === name.toLowerCase())
    if (!domain) throw notFound()
    return domain
  }
  const changed = (domain: DomainRow) => {
    domain.serial++
    store.changed()
  }

  app.get('/v2/domains', async (request) =>
    page(request, 'domains', state.domains, (domain) => view(domain)),
  )

  app.post('/v2/domains', async (request, reply) => {
    const body = bodyOf(request)
    const name = checkDomainName(text(body, 'name') ?? '')
    const ip = text(body, 'ip_address')
    if (ip !== undefined && !isIPv4(ip)) {
      throw unprocessable('IP address did not match IPv4 format (e.g. 127.0.0.1).')
    }
    if (state.domains.some((domain) => domain.name === name)) {
      throw unprocessable('Name already exists')
    }
    const domain: DomainRow = {
      name,
      ttl: DEFAULT_TTL,
      serial: Math.floor(Date.now() / 1000),
      records: initialRecords(store, ip),
    }
    state.domains.push(domain)
    assign(state, defaultProject(state), domainUrn(name))
    store.changed()
    return reply.code(201).send({ domain: view(domain, false) })
  })

  app.get('/v2/domains/:domain_name', async (request) => ({
    domain: view(find(param(request, 'domain_name'))),
  }))

  app.delete('/v2/domains/:domain_name', async (request, reply) => {
    const domain = find(param(request, 'domain_name'))
    state.domains = state.domains.filter((each) => each !== domain)
    unassign(state, domainUrn(domain.name))
    store.changed()
    return reply.code(204).send()
  })

  app.get('/v2/domains/:domain_name/records', async (request) => {
    const domain = find(param(request, 'domain_name'))
    const [name, type] = [query(request, 'name'), query(request, 'type')]
    const fqdn = (record: RecordRow) =>
      record.name === '@' ? domain.name : `${record.name}.${domain.name}`
    const records = domain.records.filter(
      (record) =>
        (!type || record.type === type.toUpperCase()) &&
        (!name || fqdn(record) === name.toLowerCase().replace(/\.$/, '')),
    )
    return page(request, 'domain_records', records)
  })

  app.post('/v2/domains/:domain_name/records', async (request, reply) => {
    const domain = find(param(request, 'domain_name'))
    const record = { id: store.takeId(), ...readRecord(bodyOf(request), domain) }
    domain.records.push(record)
    changed(domain)
    return reply.code(201).send({ domain_record: record })
  })

  const url = '/v2/domains/:domain_name/records/:domain_record_id'
  const findRecord = (domain: DomainRow, id: string): RecordRow => {
    const record = domain.records.find((each) => String(each.id) === id)
    if (!record) throw notFound()
    return record
  }

  app.get(url, async (request) => {
    const domain = find(param(request, 'domain_name'))
    return { domain_record: findRecord(domain, param(request, 'domain_record_id')) }
  })

  app.route({
    method: ['PUT', 'PATCH'],
    url,
    handler: async (request) => {
      const domain = find(param(request, 'domain_name'))
      const record = findRecord(domain, param(request, 'domain_record_id'))
      Object.assign(record, readRecord(bodyOf(request), domain, record))
      changed(domain)
      return { domain_record: record }
    },
  })

  app.delete(url, async (request, reply) => {
    const domain = find(param(request, 'domain_name'))
    const record = findRecord(domain, param(request, 'domain_record_id'))
    if (record.type === 'SOA') throw unprocessable('SOA records cannot be deleted')
    domain.records = domain.records.filter((each) => each !== record)
    changed(domain)
    return reply.code(204).send()
  })
}

function checkDomainName(given: string): string {
  const name = given.toLowerCase()
  if (name === '') throw unprocessable("Name can't be blank")
  const labels = name.split('.')
  const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
  if (labels.length < 2 || name.length > 253 || !labels.every((each) => label.test(each))) {
    throw unprocessable('Name must be a valid domain name')
  }
  return name
}

/** What every new domain begins with. */
function initialRecords(store: Store, ip: string | undefined): RecordRow[] {
  const record = (type: string, data: string): RecordRow => ({
    id: store.takeId(),
    type,
    name: '@',
    data,
    priority: null,
    port: null,
    ttl: DEFAULT_TTL,
    weight: null,
    flags: null,
    tag: null,
  })
  return [
    record('SOA', String(DEFAULT_TTL)),
    ...NAME_SERVERS.map((server) => record('NS', server)),
    ...(ip ? [record('A', ip)] : []),
  ]
}
