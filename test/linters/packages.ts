/** lintian over each package in host/, and over the fixture of the packer's tests. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPackage } from '../../host/pack/package.ts'

/** Tags that are no errors here, each with the reason. */
const SUPPRESSED: Record<string, string> = {
  'no-changelog': "a version is the content's hash, and the history is in git",
}

const root = join(import.meta.dirname, '../..')
const host = join(root, 'host')
const folders = readdirSync(host).map((name) => join(host, name))
const packages = folders.filter((folder) => existsSync(join(folder, 'control')))

const scratch = mkdtempSync(join(tmpdir(), 'padlock-lintian-'))
const files: string[] = []
for (const folder of [...packages, join(root, 'test/fixtures/host-package')]) {
  const { name, version, deb } = await readPackage(folder, { version: '0.0.0' })
  files.push(join(scratch, `${name}_${version}_all.deb`))
  writeFileSync(files.at(-1)!, deb)
}
const tags = Object.keys(SUPPRESSED).join(',')
const options = ['--allow-root', '--no-cfg', '--fail-on', 'error', '--suppress-tags', tags]
const { status, error } = spawnSync('lintian', [...options, ...files], { stdio: 'inherit' })
rmSync(scratch, { recursive: true })
if (error) throw error
console.log(`lintian: ${files.length} packages, ${status === 0 ? 'no error' : `status ${status}`}`)
process.exitCode = status ?? 1
