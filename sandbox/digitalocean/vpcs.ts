/** `/v2/vpcs`. */
import { randomUUID } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { rangeOf } from './addresses.ts'
import { REGIONS, regionBySlug } from './catalogue.ts'
import type { Context } from './context.ts'
import { ApiError, conflict, notFound, unprocessable } from './errors.ts'
import { bodyOf, flag, page, param, text } from './request.ts'
import { type State, type Store, timestamp, type VpcRow } from './state.ts'

const view = (vpc: VpcRow) => ({
  id: vpc.id,
  urn: `do:vpc:${vpc.id}`,
  name: vpc.name,
  description: vpc.description,
  region: vpc.region,
  ip_range: vpc.ipRange,
  created_at: vpc.createdAt,
  default: vpc.isDefault,
})

const overlaps = (a: string, b: string): boolean => {
  const [one, two] = [rangeOf(a), rangeOf(b)]
  return one.first <= two.last && two.first <= one.last
}

/** The region's default network, made with the first droplet that needs it. */
export function defaultVpc(store: Store, region: string): VpcRow {
  const { vpcs } = store.state
  const found = vpcs.find((vpc) => vpc.region === region && vpc.isDefault)
  if (found) return found
  const vpc: VpcRow = {
    id: randomUUID(),
    name: `default-${region}`,
    description: '',
    region,
    ipRange: freeRange(store.state, 100 + REGIONS.findIndex((each) => each.slug === region)),
    isDefault: true,
    createdAt: timestamp(),
  }
  vpcs.push(vpc)
  return vpc
}

function freeRange(state: State, from: number): string {
  for (let octet = from; octet < 256; octet++) {
    const range = `10.${octet}.0.0/20`
    if (!state.vpcs.some((vpc) => overlaps(vpc.ipRange, range))) return range
  }
  throw unprocessable('There is no free private network range left')
}

export function vpcRoutes({ app, store }: Context): void {
  const { state } = store
  const find = (id: string): VpcRow => {
    const vpc = state.vpcs.find((each) => each.id === id)
    if (!vpc) throw notFound()
    return vpc
  }
  const members = (vpc: VpcRow) => state.droplets.filter((droplet) => droplet.vpcId === vpc.id)

  app.get('/v2/vpcs', async (request) => page(request, 'vpcs', state.vpcs, view))

  app.post('/v2/vpcs', async (request, reply) => {
    const body = bodyOf(request)
    const region = text(body, 'region') ?? ''
    if (!regionBySlug(region)) throw unprocessable('You specified an invalid region')
    const ipRange = text(body, 'ip_range') || freeRange(state, 120)
    checkRange(ipRange)
    const other = state.vpcs.find((vpc) => overlaps(vpc.ipRange, ipRange))
    if (other) {
      throw unprocessable(
        `This range/size overlaps with another VPC network in your account: ${other.ipRange}. Please change the range/size and try again.`,
      )
    }
    const vpc: VpcRow = {
      id: randomUUID(),
      name: checkName(text(body, 'name'), state),
      description: text(body, 'description') ?? '',
      region,
      ipRange,
      isDefault: false,
      createdAt: timestamp(),
    }
    state.vpcs.push(vpc)
    store.changed()
    return reply.code(201).send({ vpc: view(vpc) })
  })

  app.get('/v2/vpcs/:vpc_id', async (request) => ({ vpc: view(find(param(request, 'vpc_id'))) }))

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/v2/vpcs/:vpc_id',
    handler: async (request) => {
      const vpc = find(param(request, 'vpc_id'))
      const body = bodyOf(request)
      const name = text(body, 'name')
      if (name !== undefined && name !== vpc.name) vpc.name = checkName(name, state)
      vpc.description = text(body, 'description') ?? vpc.description
      if (flag(body, 'default')) {
        for (const each of state.vpcs) {
          if (each.region === vpc.region) each.isDefault = each === vpc
        }
      }
      store.changed()
      return { vpc: view(vpc) }
    },
  })

  app.delete('/v2/vpcs/:vpc_id', async (request, reply) => {
    const vpc = find(param(request, 'vpc_id'))
    if (vpc.isDefault) throw new ApiError(403, 'Can not delete default VPCs')
    const clusters = state.databases ?? []
    if (members(vpc).length > 0 || clusters.some((one) => one.vpcId === vpc.id))
      throw conflict('Can not delete VPC with members')
    state.vpcs = state.vpcs.filter((each) => each !== vpc)
    store.changed()
    return reply.code(204).send()
  })

  app.get('/v2/vpcs/:vpc_id/members', async (request) => {
    const droplets = members(find(param(request, 'vpc_id')))
    return page(request, 'members', droplets, (droplet) => ({
      name: droplet.name,
      urn: `do:droplet:${droplet.id}`,
      created_at: droplet.createdAt,
    }))
  })
}

function checkName(name: string | undefined, state: State): string {
  if (!name || !/^[a-zA-Z0-9.-]+$/.test(name)) {
    throw unprocessable('name may only contain alphanumeric characters, dashes, and periods')
  }
  if (state.vpcs.some((vpc) => vpc.name === name)) throw unprocessable('name must be unique')
  return name
}

function checkRange(cidr: string): void {
  const [network = '', bits = ''] = cidr.split('/')
  const private4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']
  const fits = isIPv4(network) && /^\d+$/.test(bits) && Number(bits) >= 16 && Number(bits) <= 28
  if (!fits || !private4.some((range) => overlaps(range, cidr))) {
    throw unprocessable(
      `ip_range ${cidr} must be a private IPv4 network (RFC 1918) between /16 and /28, such as 10.20.0.0/24`,
    )
  }
}
