/** Keys that mean something with one value of `dns` alone. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

const API = 'https://www.duckdns.org'

/** Nobody would notice that they do nothing. */
export function keysOfSource(values: Values, report: Report): void {
  const { dns, allowSharedLimit, duckdnsToken, duckdnsApi } = values
  const idle = (key: string, isSet: boolean, source: string) => {
    if (!isSet || dns === source) return
    const wrong = `is set beside dns = ${JSON.stringify(dns)}, where it means nothing`
    const fix = `pulumi config rm {path}, or pulumi config set dns ${source}`
    report(key, message(wrong, `only with dns = "${source}"`, fix))
  }
  idle('allowSharedLimit', allowSharedLimit === true, 'sslip')
  idle('duckdnsToken', Boolean(duckdnsToken), 'duckdns')
  idle('duckdnsApi', Boolean(duckdnsApi) && duckdnsApi !== API, 'duckdns')
}
