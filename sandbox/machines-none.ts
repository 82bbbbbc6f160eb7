import type { Endpoint, Machines } from './types.ts'

/**
 * A hypervisor without machines: everything succeeds at once, for tests of all that only needs
 * the API.
 * @param forwards where a port of any machine that is on leads, by port; nowhere if absent
 */
export function noMachines(forwards: Record<number, Endpoint> = {}): Machines {
  const on = new Map<number, boolean>()
  const turn = (id: number, to: boolean) => void on.set(id, to)
  return {
    async create(spec) {
      on.set(spec.id, true)
    },
    async destroy(id) {
      on.delete(id)
    },
    async powerOn(id) {
      turn(id, true)
    },
    async powerOff(id) {
      turn(id, false)
    },
    async shutdown(id) {
      turn(id, false)
    },
    async resize(id) {
      if (on.get(id) !== false) throw new Error(`machine ${id} is not off`)
    },
    async forward(id, port) {
      return on.get(id) ? forwards[port] : undefined
    },
    status(id) {
      const state = on.get(id)
      return state === undefined ? 'absent' : state ? 'on' : 'off'
    },
    async close() {
      on.clear()
    },
  }
}
