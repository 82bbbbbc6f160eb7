import { createHash } from 'node:crypto'
import type { BuiltPackage } from './package.ts'
import { tar } from './tar.ts'

export interface Bundle {
  /** Uncompressed. */
  tar: Buffer
  /** Of the tar, hex. */
  sha256: string
}

/** One file for the host: the program `install`, the packages under `packages/`, and `extra`. */
export async function bundle(
  packages: Pick<BuiltPackage, 'name' | 'version' | 'deb'>[],
  installer: Buffer,
  extra: { path: string; content: Buffer }[],
): Promise<Bundle> {
  const bytes = await tar([
    { path: 'install', content: installer, executable: true },
    ...packages.map(({ name, version, deb }) => ({
      path: `packages/${name}_${version}_all.deb`,
      content: deb,
    })),
    ...extra,
  ])
  return { tar: bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
