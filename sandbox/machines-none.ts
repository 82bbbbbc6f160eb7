import type { Endpoint, Machines, Volumes } from './types.ts'

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
    async logWrites() {
      throw new Error('there are no machines')
    },
    async losePower() {
      throw new Error('there are no machines')
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
    volumes: noVolumes((id) => on.has(id)),
    async close() {
      on.clear()
    },
  }
}

/**
 * Volumes that hold nothing, as strict about what is attached to what as real ones.
 * @param isThere whether there is a machine of this id
 */
export function noVolumes(isThere: (machine: number) => boolean): Volumes {
  const sizes = new Map<string, number>()
  const snapshots = new Map<string, number>()
  const machineOf = new Map<string, number>()
  const sizeOf = (id: string): number => {
    const size = sizes.get(id)
    if (size === undefined) throw new Error(`there is no volume ${id}`)
    return size
  }
  /** A machine that is gone has let go of it. */
  const holder = (id: string): number | undefined => {
    const machine = machineOf.get(id)
    return machine !== undefined && isThere(machine) ? machine : undefined
  }
  return {
    async create(id, gib, snapshot) {
      if (snapshot !== undefined && !snapshots.has(snapshot)) {
        throw new Error(`there is no snapshot ${snapshot}`)
      }
      sizes.set(id, gib)
    },
    async remove(id) {
      if (holder(id) !== undefined) throw new Error(`volume ${id} is attached`)
      sizes.delete(id)
      machineOf.delete(id)
    },
    async grow(id, gib) {
      if (gib < sizeOf(id)) throw new Error(`volume ${id} does not shrink`)
      sizes.set(id, gib)
    },
    async attach(machine, { id }) {
      sizeOf(id)
      if (!isThere(machine)) throw new Error(`there is no machine of droplet ${machine}`)
      const other = holder(id) ?? machine
      if (other !== machine) throw new Error(`volume ${id} is attached to droplet ${other}`)
      machineOf.set(id, machine)
    },
    async detach(machine, id) {
      if (holder(id) === machine) machineOf.delete(id)
    },
    async snapshot(id, snapshot) {
      snapshots.set(snapshot, sizeOf(id))
    },
    async removeSnapshot(snapshot) {
      snapshots.delete(snapshot)
    },
  }
}
