import type { Endpoint } from '../types.ts'
import { LAN } from './network.ts'
import type { Qmp } from './qmp.ts'

/** The forward from this computer to a port of the machine, made if there is none. */
export async function addForward(
  qmp: Qmp,
  id: number,
  port: number,
): Promise<Endpoint | undefined> {
  // An earlier run may have made it.
  const before = forwardIn(await qmp.human('info usernet'), port)
  if (before) return before
  const refusal = await qmp.human(`hostfwd_add lan tcp:127.0.0.1:0-${LAN.address}:${port}`)
  if (refusal) throw new Error(`no forward to port ${port} of droplet ${id}: ${refusal}`)
  return forwardIn(await qmp.human('info usernet'), port)
}

/**
 * The forward to a port in the monitor's table, whose rows read
 * `TCP[HOST_FORWARD]  12  127.0.0.1 41235  10.0.2.15 22  0 0`.
 */
function forwardIn(table: string, port: number): Endpoint | undefined {
  for (const row of table.split('\n')) {
    const [kind, , host, from, address, to] = row.trim().split(/\s+/)
    if (kind === 'TCP[HOST_FORWARD]' && address === LAN.address && to === String(port) && host) {
      return { host, port: Number(from) }
    }
  }
  return undefined
}
