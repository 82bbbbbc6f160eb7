import type { VolumeDisk } from './volume-disk.ts'

/** What is noted of a machine in its folder. */
export interface Note {
  uuid: string
  name: string
  /** Folder of the base image that the disk stands on. */
  image: string
  vcpus: number
  memoryMiB: number
  diskGiB: number
  /** What is attached to it; absent on machines of before there were volumes. */
  volumes?: VolumeDisk[]
  /** The QEMU process that runs it, or ran it last. */
  process?: { pid: number; started: string }
}
