import { getDomain } from '@pulumi/digitalocean/getDomain.js'
import { RunError } from '@pulumi/pulumi'
import type { DnsSettings } from '../../config/settings.ts'
import type { FurtherName } from '../../config/tunnels/index.ts'
import { IMPORT_FLAGS } from '../imported.ts'
import { type Former, ofKind } from '../state.ts'
import { checkDelegation, type DelegationOptions } from './delegated.ts'
import { askAll } from './digitalocean.ts'
import { configurationError, failDigitalOcean } from './error.ts'
import { checkExternal, type ExternalOptions } from './external.ts'

export interface ZoneOptions extends DelegationOptions, ExternalOptions {
  /** Who keeps the records. */
  source: DnsSettings['source']
  /** The deployment's name; the zone and the records are named after it in the state. */
  name: string
  /** `@` for the zone itself. */
  recordName: string
  /** Further names; absent where there are none. */
  aliases?: FurtherName[]
}

/** A name that the stack has records at. */
interface Place {
  host: string
  /** The configuration key that says it. */
  key: string
  recordName: string
  /** What the names of its resources begin with. */
  resource: string
}

interface ZoneRecord {
  id: number
  type: string
  data: string
}

/**
 * Is an adopted zone in the account, and delegated to it, and one that the stack is to make not? Does
 * the site's name lead nowhere else? Two A records answer at random, and beside a CNAME there can be none.
 * @param addresses of the stack's droplets, those that are being replaced too
 */
export async function checkZone(
  options: ZoneOptions,
  state: Former[],
  addresses: Promise<string[]>,
): Promise<void> {
  const { zone, manageZone } = options
  if (options.source === 'external') return checkExternal(options, state)
  if (options.source !== 'digitalocean') return
  const known = ofKind(state, 'Domain').some(({ outputs }) => outputs.name === zone)
  const places = placesOf(options)
  const [there, records, own] = await Promise.all([
    known ? true : hasZone(zone),
    Promise.all(places.map(({ host }) => recordsAt(zone, host))),
    addresses,
  ])
  if (!manageZone && !there) {
    throw configurationError(
      `zone = "${zone}" is not in the DigitalOcean account`,
      'a zone of the account, or a new one that the stack creates and owns',
      'pulumi config set manageZone true, or add the zone to the account',
    )
  }
  if (manageZone && !known && there) {
    throw configurationError(
      `manageZone = true, and the zone ${zone} is in the DigitalOcean account already`,
      'a zone that the stack creates, or one that it was given',
      'to keep the zone when the stack goes, and touch only its own records: pulumi config set manageZone false; ' +
        'to give it to the stack, which deletes it with everybody’s records when it goes: ' +
        `pulumi import digitalocean:index/domain:Domain ${options.name} ${zone} ${IMPORT_FLAGS}`,
    )
  }
  for (const [at, place] of places.entries())
    checkRecords(zone, place, records[at] ?? [], state, own)
  await checkDelegation(options, state)
}

const placesOf = ({ name, zone, recordName, aliases = [] }: ZoneOptions): Place[] => [
  {
    host: recordName === '@' ? zone : `${recordName}.${zone}`,
    key: 'subdomain',
    recordName,
    resource: name,
  },
  ...aliases.map((one) => ({
    host: one.hostname,
    key: `name in ${one.of ?? 'aliases'}`,
    recordName: one.recordName,
    resource: `${name}-${one.hostname}`,
  })),
]

async function hasZone(zone: string): Promise<boolean> {
  const found = await getDomain({ name: zone }).catch((error: Error) => {
    if (!/404|not found/i.test(error.message)) failDigitalOcean(error)
    return undefined
  })
  return found !== undefined
}

const recordsAt = (zone: string, host: string): Promise<ZoneRecord[]> =>
  askAll(`/v2/domains/${zone}/records?name=${host}`, 'domain_records')

function checkRecords(
  zone: string,
  { host, key, recordName, resource }: Place,
  records: ZoneRecord[],
  state: Former[],
  droplets: string[],
): void {
  const own = ofKind(state, 'DnsRecord').map(({ outputs }) => outputs)
  const reserved = ofKind(state, 'ReservedIp').map(({ outputs }) => String(outputs.ipAddress))
  const addresses = new Set([...droplets, ...reserved].map((each) => each.toLowerCase()))
  // An update that was killed, or whose request failed, leaves the record at an address of the stack
  // that is not the state's.
  const isOwn = ({ id, type, data }: ZoneRecord) =>
    own.some(
      (one) =>
        one.type === type &&
        one.domain === zone &&
        ((one.value === data && one.name === recordName) ||
          (one.id === String(id) && addresses.has(data.toLowerCase()))),
    )
  const others = records.filter(
    (record) => ['A', 'AAAA', 'CNAME'].includes(record.type) && !isOwn(record),
  )
  if (others.length === 0) return
  const shown = others.map(({ id, type, data }) => `${type} ${data} (id ${id})`).join(', ')
  const ids = others.map(({ id }) => id).join(' ')
  const moved = others.find(({ type }) => type !== 'CNAME')
  const kept = own.some(({ type, name }) => type === moved?.type && name === recordName)
  const takeOver =
    moved && !kept
      ? ', or give it to the stack, which lets it lead to the new site once that serves: ' +
        `pulumi import digitalocean:index/dnsRecord:DnsRecord ${resource}-${moved.type.toLowerCase()} ${zone},${moved.id} ${IMPORT_FLAGS}`
      : ''
  throw configurationError(
    `${host} has records that are not this stack’s: ${shown}`,
    'a name that leads to this stack alone',
    `another ${key}, or delete what is there: doctl compute domain records delete ${zone} ${ids}${takeOver}`,
  )
}

/**
 * The engine deletes what a program no longer has, and with the zone everybody's records in it.
 * @throws RunError where `manageZone` is off and the stack's own zone would go
 */
export function checkZoneStays(
  state: Former[],
  { manageZone, source }: Pick<ZoneOptions, 'manageZone' | 'source'>,
): void {
  const [zone] = ofKind(state, 'Domain')
  const isKept = ofKind(state, 'Deployment')[0]?.outputs.keepsZone
  if (manageZone || !zone || isKept) return
  const ours = source === 'digitalocean'
  const back = ours ? '' : 'pulumi config set dns digitalocean && '
  const on = ours ? '' : `pulumi config rm keepZone && pulumi config set dns ${source} && `
  throw new RunError(
    `manageZone is off, but this stack has the zone ${zone.outputs.name ?? ''} and would delete it, with everybody's records. Fix, one of:\n` +
      `    the stack goes on with it: ${back}pulumi config set manageZone true\n` +
      `    the zone stays at DigitalOcean without the stack: ${back}pulumi config set manageZone true && pulumi config set keepZone true && pulumi up, then ${on}pulumi config set manageZone false && pulumi up\n` +
      'Nothing was created or changed.',
  )
}
