/** Machines whose QEMU is real and executes nothing, for what its monitor and its disks do. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Droplet } from '../../../sandbox/machine/droplet.ts'
import { handle, type VolumeDisk, volumeArguments } from '../../../sandbox/machine/volume-disk.ts'
import { type LoggedVolumes, openVolumes } from '../../../sandbox/machine/volumes.ts'
import { startMark } from '../../../sandbox/processes.ts'

export interface Still {
  folder: string
  volumes: LoggedVolumes
  droplets: Map<number, Droplet>
  processes: ChildProcess[]
  /** A machine of a folder, as an earlier run left it: off, or with a QEMU. */
  machine(id: number, on: boolean, attached?: VolumeDisk[]): Promise<Droplet>
  /** Writes, reads and flushes as the guest's device does them; what QEMU prints of it. */
  io(droplet: Droplet, volume: string, command: string): Promise<string>
  close(): Promise<void>
}

export async function openStill(): Promise<Still> {
  const folder = mkdtempSync(join(tmpdir(), 'volumes-test-'))
  const droplets = new Map<number, Droplet>()
  const processes: ChildProcess[] = []
  return {
    ...{ folder, droplets, processes },
    volumes: await openVolumes(join(folder, 'volumes'), droplets),
    async machine(id, on, attached = []) {
      const home = join(folder, 'machines', String(id))
      await mkdir(home, { recursive: true })
      let process: object | undefined
      if (on) {
        const args = ['-S', '-nodefaults', '-display', 'none', '-machine', 'q35', '-m', '64']
        const qmp = ['-qmp', 'unix:qmp.sock,server=on,wait=off']
        const child = spawn('qemu-system-x86_64', [...args, ...qmp, ...volumeArguments(attached)], {
          cwd: home,
          stdio: ['ignore', openSync(join(home, 'output'), 'a'), 'inherit'],
        })
        processes.push(child)
        process = { pid: child.pid, started: startMark(child.pid as number) }
      }
      const note = { uuid: 'u', name: 'web', image: '/none', vcpus: 1, memoryMiB: 64, diskGiB: 1 }
      await writeFile(
        join(home, 'machine.json'),
        JSON.stringify({ ...note, process, ...(attached.length > 0 && { volumes: attached }) }),
      )
      const droplet = (await Droplet.adopt(id, home)) as Droplet
      for (let tries = 0; on && !(await droplet.answers()); tries++) {
        if (tries === 1200) throw new Error('QEMU does not answer')
        await sleep(50)
      }
      droplets.set(id, droplet)
      return droplet
    },
    async io(droplet, volume, command) {
      const output = join(droplet.folder, 'output')
      const before = readFileSync(output, 'utf8').length
      await droplet.monitor((qmp) => qmp.human(`qemu-io -d ${handle(volume)} "${command}"`))
      return readFileSync(output, 'utf8').slice(before)
    },
    async close() {
      await Promise.all([...droplets.values()].map((droplet) => droplet.pullThePlug()))
      for (const child of processes) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
