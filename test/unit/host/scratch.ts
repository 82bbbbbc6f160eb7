import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The text of the installer. */
export const INSTALLER = readFileSync(join(__dirname, '../../../host/install'), 'utf8')

/** A folder that stands for the root of a host; `bin` comes first on the installer's PATH. */
export function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'padlock-host-'))
  for (const folder of ['bin', 'lib/bundles', 'etc/padlock']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  return root
}

/** A bundle in the host's folder; without packages. */
export function makeBundle(root: string, name: string, repository: Record<string, string>): string {
  const bundle = join(root, 'lib/bundles', name)
  mkdirSync(join(bundle, 'repository'), { recursive: true })
  for (const [file, text] of Object.entries(repository)) {
    writeFileSync(join(bundle, 'repository', file), text)
  }
  const moved = INSTALLER.replace(
    'readonly state=/var/lib/padlock\n',
    `readonly state=${root}/lib\n`,
  )
    .replaceAll('/var/log/padlock', `${root}/log`)
    .replaceAll('/etc/', `${root}/etc/`)
    .replaceAll('/usr/local/lib/padlock/pin-caddy', 'pin-caddy')
    .replaceAll('/usr/lib/padlock/apply-units', 'apply-units')
    .replaceAll('/usr/lib/padlock/backup-end', `${root}/backup-end`)
  expect(moved).not.toMatch(/\/var\/(lib|log)\/padlock/)
  writeFileSync(join(bundle, 'install'), moved, { mode: 0o755 })
  return bundle
}

/** A program on the installer's PATH, instead of the one that would change this computer. */
export function stub(root: string, name: string, script: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

/** Runs the installer of a bundle. */
export function install(root: string, bundle: string) {
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  return spawnSync('bash', [join(bundle, 'install')], { encoding: 'utf8', env })
}
