import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere, writeAtomically } from '../files.ts'
import { endProcess, isRunning, startMark } from '../processes.ts'
import type { Endpoint, MachineSpec } from '../types.ts'
import type { Accelerator } from './accelerator.ts'
import { imageFiles } from './base-image.ts'
import { createDisk, growDisk } from './disk.ts'
import { addForward } from './forwards.ts'
import { metadataCommand, writeMetadata } from './metadata.ts'
import type { Note } from './note.ts'
import { filterOutbound } from './outbound.ts'
import type { Attempt } from './packet.ts'
import { cut } from './power-loss/cut.ts'
import { commandLine, lastWords } from './qemu.ts'
import { openQmp, type Qmp } from './qmp.ts'
import { makeSeed } from './seed.ts'
import { extraCertificates, type Vendor } from './vendor-data.ts'
import { plug, unplug, type VolumeDisk } from './volume-disk.ts'

/** A second processor makes an emulated boot half as long again faster. */
const LEAST_EMULATED_VCPUS = 2
const SHUTDOWN_MS = 120_000
const QUIT_MS = 5_000
const START_MS = 30_000

/** Whether the droplet of this id may reach this. */
export type Admits = (dropletId: number, attempt: Attempt) => boolean

/** One droplet's machine: its folder, and the QEMU process while it is on. */
export class Droplet {
  readonly id: number
  readonly folder: string
  #note: Note
  #forwards = new Map<number, Endpoint>()
  #talks: Promise<unknown> = Promise.resolve()
  #endFilter = () => {}

  private constructor(id: number, folder: string, note: Note) {
    this.id = id
    this.folder = folder
    this.#note = note
  }

  /** Makes the files of a new machine, which is off. */
  static async make(
    folder: string,
    spec: MachineSpec,
    image: string,
    vendor: Vendor,
  ): Promise<Droplet> {
    const { id, name, vcpus, memoryMiB, diskGiB } = spec
    const uuid = randomUUID()
    const files = imageFiles(image)
    const trusted = await readFile(files.trust, 'utf8')
    const caCertificates = extraCertificates(vendor.caCertificates, trusted)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await Promise.all([
      createDisk(join(folder, 'disk.qcow2'), files.disk, diskGiB),
      makeSeed(folder, spec, uuid, { ...vendor, caCertificates }),
      writeMetadata(folder, spec),
    ])
    const droplet = new Droplet(id, folder, { uuid, name, image, vcpus, memoryMiB, diskGiB })
    await droplet.#save()
    return droplet
  }

  /** Takes up the machine of a folder that an earlier run made; undefined if it was not finished. */
  static async adopt(id: number, folder: string): Promise<Droplet | undefined> {
    const text = await readIfThere(join(folder, 'machine.json'))
    return text === undefined ? undefined : new Droplet(id, folder, JSON.parse(text) as Note)
  }

  /** What is attached, whether the machine is on or off. */
  get volumes(): VolumeDisk[] {
    return this.#note.volumes ?? []
  }

  /** Notes the volume, so that each start has it, and plugs it in at once if the machine is on. */
  async attach(disk: VolumeDisk): Promise<void> {
    const before = this.volumes
    const others = before.filter(({ id }) => id !== disk.id)
    await this.#noteVolumes([...others, disk])
    try {
      if (this.on) await this.monitor((qmp) => plug(qmp, disk))
    } catch (error) {
      await this.#noteVolumes(before)
      throw error
    }
  }

  async detach(id: string): Promise<void> {
    if (this.on) await this.monitor((qmp) => unplug(qmp, id))
    await this.#noteVolumes(this.volumes.filter((each) => each.id !== id))
  }

  async #noteVolumes(volumes: VolumeDisk[]): Promise<void> {
    this.#note.volumes = volumes
    await this.#save()
  }

  get on(): boolean {
    const { process: qemu } = this.#note
    return qemu !== undefined && isRunning(qemu)
  }

  /** Boots; resolves once QEMU runs and answers. `admits` says what the machine may reach. */
  async start(qemu: string, accelerator: Accelerator, admits: Admits): Promise<void> {
    if (this.on) return
    this.#forwards.clear()
    const { uuid, image, vcpus, memoryMiB } = this.#note
    const least = accelerator === 'tcg' ? LEAST_EMULATED_VCPUS : 1
    const args = commandLine({
      id: this.id,
      uuid,
      vcpus: Math.min(Math.max(vcpus, least), cpus().length),
      memoryMiB,
      kernel: imageFiles(image).kernel,
      metadataCommand,
      accelerator,
      volumes: this.volumes,
    })
    const logFile = join(this.folder, 'qemu.log')
    await rm(join(this.folder, 'qmp.sock'), { force: true })
    const log = await open(logFile, 'w', 0o600)
    try {
      // A session of its own: neither Ctrl-C nor the end of the sandbox reaches it.
      const child = spawn(qemu, args, {
        cwd: this.folder,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      })
      await new Promise<void>((spawned, fail) => child.once('spawn', spawned).once('error', fail))
      const pid = child.pid as number
      child.unref()
      const started = startMark(pid)
      if (started !== undefined) this.#note.process = { pid, started }
      await this.#save()
    } finally {
      await log.close()
    }
    const problem = await this.#untilItAnswers()
    if (problem === undefined) return this.filter(admits)
    await this.pullThePlug()
    throw new Error(`QEMU does not run droplet ${this.id}: ${problem}; ${await lastWords(logFile)}`)
  }

  /** Lets the machine that runs reach what `admits` says, and nothing else. */
  async filter(admits: Admits): Promise<void> {
    this.#endFilter()
    this.#endFilter = await filterOutbound(this.folder, (attempt) => admits(this.id, attempt))
  }

  /** Presses the power button, and pulls the plug if the system does not end in time. */
  async shutdown(graceMs = SHUTDOWN_MS): Promise<void> {
    if (!this.on) return
    await this.monitor((qmp) => qmp.execute('system_powerdown')).catch(() => {})
    const deadline = Date.now() + graceMs
    while (this.on && Date.now() < deadline) await sleep(100)
    await this.pullThePlug()
  }

  /** Ends QEMU; it writes what it holds of the disk, the machine gets no say. */
  async pullThePlug(): Promise<void> {
    if (this.on) {
      await this.monitor((qmp) => qmp.execute('quit')).catch(() => {})
      const deadline = Date.now() + QUIT_MS
      while (this.on && Date.now() < deadline) await sleep(20)
      if (this.#note.process) await endProcess(this.#note.process)
    }
    this.#forwards.clear()
  }

  /** Ends QEMU in the midst of its work, and nobody gets a say. */
  async cutPower(): Promise<void> {
    if (this.#note.process) await cut(this.#note.process)
    this.#forwards.clear()
  }

  async remove(): Promise<void> {
    await this.pullThePlug()
    await rm(this.folder, { recursive: true, force: true })
  }

  async resize(size: { vcpus: number; memoryMiB: number; diskGiB: number }): Promise<void> {
    if (this.on) throw new Error(`droplet ${this.id} is on: power it off to resize it`)
    if (size.diskGiB > this.#note.diskGiB) {
      await growDisk(join(this.folder, 'disk.qcow2'), size.diskGiB)
    }
    Object.assign(this.#note, size, { diskGiB: Math.max(size.diskGiB, this.#note.diskGiB) })
    await this.#save()
  }

  /** The forward to a port of the machine, made if there is none; undefined while it is off. */
  async forward(port: number): Promise<Endpoint | undefined> {
    if (!this.on) return undefined
    const known = this.#forwards.get(port)
    if (known) return known
    const endpoint = await this.monitor((qmp) => addForward(qmp, this.id, port))
    if (endpoint) this.#forwards.set(port, endpoint)
    return endpoint
  }

  /** Does QEMU answer? One that does not is of no use to anyone. */
  async answers(): Promise<boolean> {
    return this.monitor((qmp) => qmp.execute('query-status')).then(
      () => true,
      () => false,
    )
  }

  /** Ends a QEMU that was started and of which no note was taken before the sandbox was killed. */
  async endStray(): Promise<void> {
    if (this.on) return
    const deadline = Date.now() + QUIT_MS
    while ((await this.answers()) && Date.now() < deadline) {
      await this.monitor((qmp) => qmp.execute('quit')).catch(() => {})
      await sleep(100)
    }
  }

  async #untilItAnswers(): Promise<string | undefined> {
    const deadline = Date.now() + START_MS
    while (this.on) {
      if (await this.answers()) return undefined
      if (Date.now() > deadline) return 'it does not answer'
      await sleep(25)
    }
    return 'it ended at once'
  }

  /** One conversation after the other: QEMU talks to one client and lets a second one queue. */
  monitor<T>(talk: (qmp: Qmp) => Promise<T>): Promise<T> {
    const turn = this.#talks.then(async () => {
      const qmp = await openQmp(join(this.folder, 'qmp.sock'))
      try {
        return await talk(qmp)
      } finally {
        qmp.close()
      }
    })
    this.#talks = turn.catch(() => {})
    return turn
  }

  #save(): Promise<void> {
    return writeAtomically(join(this.folder, 'machine.json'), JSON.stringify(this.#note, null, 2))
  }
}
