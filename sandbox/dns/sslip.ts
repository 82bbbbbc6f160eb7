import type { Cloud } from '../types.ts'

const ZONE = 'sslip.io'
const TTL_SECONDS = 300
const NAME_SERVERS = ['ns-do-sg.sslip.io', 'ns-gce.sslip.io', 'ns-ovh.sslip.io']
const ADDRESS = /(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\.sslip\.io$/

/**
 * A resolver that knows the names below sslip.io too, where an IPv4 address stands in the name with
 * dots or hyphens; a name without one leads nowhere (https://sslip.io).
 */
export const withSslip =
  (resolve: Cloud['resolve']): Cloud['resolve'] =>
  (name, type) => {
    const wanted = name.toLowerCase().replace(/\.$/, '')
    if (wanted !== ZONE && !wanted.endsWith(`.${ZONE}`)) return resolve(name, type)
    const record = (data: string) => ({ type, data, ttl: TTL_SECONDS })
    if (type === 'NS' && wanted === ZONE) return NAME_SERVERS.map((each) => record(`${each}.`))
    const bytes = ADDRESS.exec(wanted)?.slice(1) ?? []
    const isAddress = bytes.length === 4 && bytes.every((one) => Number(one) <= 255)
    return type === 'A' && isAddress ? [record(bytes.join('.'))] : []
  }
