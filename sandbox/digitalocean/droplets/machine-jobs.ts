import { Turns } from '../../turns.ts'
import type { MachineSpec } from '../../types.ts'
import type { Actions } from '../actions.ts'
import { takeIpv6Address } from '../addresses.ts'
import { type Size, sizeBySlug } from '../catalogue.ts'
import type { Context } from '../context.ts'
import { release } from '../membership.ts'
import type { ActionRow, DropletRow } from '../state.ts'
import { volumesOf } from '../volumes/rows.ts'

/** Actions that only change what the account says of the droplet. */
const SETTINGS = [
  'rename',
  'enable_backups',
  'change_backup_policy',
  'disable_backups',
  'enable_private_networking',
]

/** Does to the machines what the API's actions say, one thing at a time for each machine. */
export class MachineJobs {
  readonly #context: Context
  readonly #turns = new Turns<number>()

  constructor(context: Context) {
    this.#context = context
    const { actions, machines } = context
    const on = (droplet: DropletRow) => () => {
      droplet.status = 'active'
    }
    const off = (droplet: DropletRow) => () => {
      droplet.status = 'off'
    }

    actions.define(
      'create',
      this.#work(async (droplet) => {
        // Left over from a start that was interrupted: nobody has used it yet.
        if (machines.status(droplet.id) !== 'absent') await machines.destroy(droplet.id)
        await machines.create(specOf(droplet))
      }, on),
      (action, why) => this.#failed(action, why),
    )
    actions.define(
      'power_on',
      this.#work((droplet) => machines.powerOn(droplet.id), on),
    )
    actions.define(
      'power_off',
      this.#work((droplet) => machines.powerOff(droplet.id), off),
    )
    actions.define(
      'shutdown',
      this.#work((droplet) => machines.shutdown(droplet.id), off),
    )
    actions.define(
      'reboot',
      this.#work(async (droplet) => {
        await machines.shutdown(droplet.id)
        await machines.powerOn(droplet.id)
      }, on),
    )
    actions.define(
      'power_cycle',
      this.#work(async (droplet) => {
        await machines.powerOff(droplet.id)
        await machines.powerOn(droplet.id)
      }, on),
    )
    actions.define(
      'resize',
      this.#work(
        async (droplet, { params }) => {
          const size = sizeBySlug(params.size as string) as Size
          const diskGiB = params.disk ? size.disk : droplet.disk
          await machines.resize(droplet.id, {
            vcpus: size.vcpus,
            memoryMiB: size.memory,
            diskGiB,
          })
        },
        (droplet, { params }) =>
          () => {
            const size = sizeBySlug(params.size as string) as Size
            droplet.size = size.slug
            if (params.disk) droplet.disk = size.disk
          },
      ),
    )
    const nothing = async () => {}
    for (const type of SETTINGS) {
      actions.define(
        type,
        this.#work(
          nothing,
          (droplet, { params }) =>
            () =>
              Object.assign(droplet, params),
        ),
      )
    }
    actions.define(
      'enable_ipv6',
      this.#work(nothing, (droplet) => () => {
        droplet.ipv6Address ??= takeIpv6Address(context.store.state, droplet.region)
      }),
    )
  }

  /** Boots what was running when the sandbox ended and carries on removals. */
  resume(): void {
    const { store, machines, actions, log } = this.#context
    for (const droplet of store.state.droplets) {
      if (droplet.deleting) this.remove(droplet)
      else if (droplet.status === 'active' && machines.status(droplet.id) !== 'on') {
        actions.background(
          this.alone(droplet.id, () => machines.powerOn(droplet.id)).catch((error: Error) => {
            if (actions.closed) return
            log(`droplet ${droplet.id} (${droplet.name}) does not start again: ${error.message}`)
            droplet.status = 'off'
            store.changed()
          }),
        )
      }
    }
  }

  /** Takes the droplet out of everything at once, and out of the account once its machine is gone. */
  remove(droplet: DropletRow): void {
    const { store, machines, actions, log } = this.#context
    droplet.deleting = true
    release(store.state, droplet)
    store.changed()
    const job = this.alone(droplet.id, () => machines.destroy(droplet.id))
    actions.background(
      job.then(
        () => this.#forget(droplet),
        (error: Error) => {
          if (actions.closed) return
          log(
            `the machine of droplet ${droplet.id} (${droplet.name}) cannot be removed: ${error.message}; delete the droplet again or restart the sandbox`,
          )
        },
      ),
    )
  }

  #forget(droplet: DropletRow): void {
    const { state } = this.#context.store
    if (this.#context.actions.closed) return
    for (const volume of volumesOf(state)) {
      if (volume.dropletId === droplet.id) volume.dropletId = null
    }
    state.droplets = state.droplets.filter((each) => each !== droplet)
    this.#context.store.changed()
  }

  /** A droplet whose machine cannot be made is gone, and who asks for it next learns why. */
  #failed(action: ActionRow, why: string): void {
    const { store } = this.#context
    const droplet = store.state.droplets.find((each) => each.id === action.resourceId)
    if (!droplet || droplet.deleting) return
    const reason = `Droplet ${droplet.id} (${droplet.name}) could not be created: ${why}`
    store.state.failures[droplet.id] = { reason, told: false }
    droplet.status = 'off'
    this.remove(droplet)
  }

  #work(
    job: (droplet: DropletRow, action: ActionRow) => Promise<void>,
    apply: (droplet: DropletRow, action: ActionRow) => () => void,
  ): Parameters<Actions['define']>[1] {
    return async (action) => {
      const droplet = this.#context.store.state.droplets.find(
        (each) => each.id === action.resourceId,
      )
      if (!droplet || droplet.deleting) throw new Error('the droplet was deleted')
      await this.alone(droplet.id, () => job(droplet, action))
      return apply(droplet, action)
    }
  }

  /** Does this once nothing else is done to the machine any more. */
  alone(id: number, job: () => Promise<void>): Promise<void> {
    return this.#turns.take(id, job)
  }
}

function specOf(droplet: DropletRow): MachineSpec {
  const size = sizeBySlug(droplet.size) as Size
  return {
    id: droplet.id,
    name: droplet.name,
    region: droplet.region,
    image: droplet.image,
    vcpus: size.vcpus,
    memoryMiB: size.memory,
    diskGiB: droplet.disk,
    ...(droplet.userData !== undefined && { userData: droplet.userData }),
    publicKeys: droplet.publicKeys,
    publicAddress: droplet.publicAddress,
  }
}
