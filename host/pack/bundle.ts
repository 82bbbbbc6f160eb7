import { createHash } from 'node:crypto'
import type { BuiltPackage } from './package.ts'
import { tar } from './tar.ts'

export async function bundle(
  packages: BuiltPackage[],
  installer: Buffer,
  extra: { path: string; content: Buffer }[],
) {
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
