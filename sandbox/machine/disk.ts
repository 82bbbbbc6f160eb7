import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from './programs.ts'

const run = promisify(execFile)

/** A copy-on-write disk over the base image; the machine's first boot grows its file system. */
export async function createDisk(path: string, base: string, gib: number): Promise<void> {
  await qemuImg(['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, path, `${gib}G`])
}

/** Makes the disk larger; its next boot grows the file system. */
export async function growDisk(path: string, gib: number): Promise<void> {
  await qemuImg(['resize', '-q', path, `${gib}G`])
}

/** A disk of its own that holds nothing. */
export async function createEmptyDisk(path: string, bytes: number): Promise<void> {
  await qemuImg(['create', '-q', '-f', 'qcow2', path, String(bytes)])
}

/** A sparse, raw copy of a disk that nobody writes. */
export async function copyRaw(from: string, to: string, format = 'raw'): Promise<void> {
  await qemuImg(['convert', '-q', '-f', format, '-O', 'raw', from, to])
}

async function qemuImg(args: string[]): Promise<void> {
  const { path } = await findProgram(['qemu-img'])
  await run(path, args)
}
