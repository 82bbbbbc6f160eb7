/** A hypervisor for `sandbox/main.ts --machines`: each droplet is a host of the tests. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { noVolumes } from '../../../sandbox/machines-none.ts'
import type { Machines } from '../../../sandbox/types.ts'
import { type Host, startHost } from './index.ts'

/** @param dir each host has a folder in it, named by the droplet's id; and one is `trouble` */
export async function startMachines({ dir }: { dir: string }): Promise<Machines> {
  const hosts = new Map<number, Host & { on: boolean }>()
  const authority = await openAuthority(dirname(dir))
  const trouble = join(dir, 'trouble')
  await mkdir(trouble, { recursive: true })

  const turn = async (id: number, on: boolean) => {
    const host = hosts.get(id)
    if (!host) throw new Error(`there is no machine of droplet ${id}`)
    host.on = on
  }
  return {
    async create(spec) {
      const host = await startHost(spec, join(dir, String(spec.id)), trouble, authority)
      hosts.set(spec.id, { ...host, on: true })
    },
    async destroy(id) {
      const host = hosts.get(id)
      hosts.delete(id)
      await host?.close()
    },
    powerOn: (id) => turn(id, true),
    powerOff: (id) => turn(id, false),
    shutdown: (id) => turn(id, false),
    async logWrites() {
      throw new Error('these hosts have no disk')
    },
    async losePower() {
      throw new Error('these hosts have no disk')
    },
    async resize(id) {
      if (hosts.get(id)?.on !== false) throw new Error(`machine ${id} is not off`)
    },
    async forward(id, port) {
      const host = hosts.get(id)
      return host?.on ? host.endpoint(port) : undefined
    },
    status(id) {
      const host = hosts.get(id)
      return host === undefined ? 'absent' : host.on ? 'on' : 'off'
    },
    volumes: noVolumes((id) => hosts.has(id)),
    async close() {
      await Promise.all([...hosts.values()].map((host) => host.close()))
      hosts.clear()
    },
  }
}
