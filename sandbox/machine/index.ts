import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { lazily } from '../lazily.ts'
import type { Machines } from '../types.ts'
import { type Accelerator, chooseAccelerator } from './accelerator.ts'
import { ensureBaseImage, imageFiles } from './base-image.ts'
import { capConsole } from './console.ts'
import { type Admits, Droplet } from './droplet.ts'
import { findProgram } from './programs.ts'
import type { Vendor } from './vendor-data.ts'
import { isLogged } from './volume-disk.ts'
import { openVolumes } from './volumes.ts'

export { ensureBaseImage } from './base-image.ts'

export interface MachineOptions {
  /** Everything of a machine lies in a folder of its own in here, named by the droplet's id. */
  dir: string
  /** Volumes lie in here, whatever machine they are attached to. */
  volumesDir: string
  /** Where base images are kept from one sandbox to the next. */
  cache: string
  vendor: Vendor
  /** What droplets may reach on others; everything by default. */
  admits?: Admits
  log?: (message: string) => void
  progress?: (message: string) => void
}

const CONSOLE_CHECK_MS = 30_000

/**
 * The hypervisor: droplets as QEMU machines. Machines of an earlier run that still run are taken
 * over, the others are off. The first `create` or `powerOn` builds the base image if the cache has
 * none (`ensureBaseImage` does so ahead of it) and tries whether there is hardware acceleration.
 */
export async function startMachines(options: MachineOptions): Promise<Machines> {
  const { log = () => {}, progress = () => {}, admits = () => true } = options
  const dir = resolve(options.dir)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const droplets = await adoptAll(dir, log, admits)
  const volumes = await openVolumes(resolve(options.volumesDir), droplets)
  const platform = lazily(() => preparePlatform(resolve(options.cache), progress, log))
  const timer = setInterval(() => {
    for (const each of droplets.values()) void capConsole(each.folder)
  }, CONSOLE_CHECK_MS)
  timer.unref()

  const get = (id: number): Droplet => {
    const droplet = droplets.get(id)
    if (!droplet) throw new Error(`there is no machine of droplet ${id}`)
    return droplet
  }
  const powerOn = async (id: number): Promise<void> => {
    const { qemu, accelerator } = await platform()
    await get(id).start(qemu, accelerator, admits)
  }

  return {
    async create(spec) {
      if (droplets.has(spec.id)) throw new Error(`droplet ${spec.id} has a machine already`)
      const { image } = await platform()
      const folder = join(dir, String(spec.id))
      try {
        droplets.set(spec.id, await Droplet.make(folder, spec, image, options.vendor))
        await powerOn(spec.id)
      } catch (error) {
        await droplets.get(spec.id)?.pullThePlug()
        droplets.delete(spec.id)
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    },
    async destroy(id) {
      await droplets.get(id)?.remove()
      droplets.delete(id)
      await rm(join(dir, String(id)), { recursive: true, force: true })
    },
    powerOn,
    powerOff: async (id) => get(id).pullThePlug(),
    shutdown: async (id) => get(id).shutdown(),
    logWrites: async (id) => {
      const droplet = get(id)
      if (droplet.volumes.length === 0) throw new Error(`droplet ${id} has no volume`)
      for (const volume of droplet.volumes) await volumes.log(volume.id)
    },
    async losePower(id, seed) {
      const droplet = get(id)
      if (!droplet.on) throw new Error(`droplet ${id} is off`)
      for (const { id: volume, name } of droplet.volumes) {
        if (await droplet.monitor((qmp) => isLogged(qmp, volume))) continue
        throw new Error(`what droplet ${id} writes to volume ${name} is not logged`)
      }
      await droplet.cutPower()
      try {
        const left = []
        for (const { id: volume, name } of droplet.volumes) {
          left.push({ id: volume, name, ...(await volumes.replay(volume, seed)) })
        }
        return left
      } finally {
        await powerOn(id)
      }
    },
    resize: async (id, size) => get(id).resize(size),
    forward: async (id, port) => droplets.get(id)?.forward(port),
    status(id) {
      const droplet = droplets.get(id)
      return droplet ? (droplet.on ? 'on' : 'off') : 'absent'
    },
    volumes,
    async close() {
      clearInterval(timer)
      await Promise.all([...droplets.values()].map((each) => each.shutdown()))
    },
  }
}

async function preparePlatform(
  cache: string,
  progress: (message: string) => void,
  log: (message: string) => void,
): Promise<{ image: string; qemu: string; accelerator: Accelerator }> {
  const qemu = (await findProgram(['qemu-system-x86_64'])).path
  const image = await ensureBaseImage(cache, progress)
  const accelerator = await chooseAccelerator(qemu, imageFiles(image).kernel)
  log(`machines run under ${accelerator === 'tcg' ? 'software emulation' : accelerator}`)
  return { image, qemu, accelerator }
}

async function adoptAll(
  dir: string,
  log: (message: string) => void,
  admits: Admits,
): Promise<Map<number, Droplet>> {
  const droplets = new Map<number, Droplet>()
  for (const name of (await readdir(dir)).filter((each) => /^\d+$/.test(each))) {
    const folder = join(dir, name)
    const droplet = await Droplet.adopt(Number(name), folder)
    if (!droplet) {
      // Its making was interrupted: nothing runs on it.
      await rm(folder, { recursive: true, force: true })
      continue
    }
    await droplet.endStray()
    if (droplet.on && !(await droplet.answers())) {
      log(`the machine of droplet ${name} does not answer and is switched off`)
      await droplet.pullThePlug()
    }
    if (droplet.on) {
      await droplet.filter(admits)
      log(`the machine of droplet ${name} still runs and is taken over`)
    }
    droplets.set(droplet.id, droplet)
  }
  return droplets
}
