/** What the host's configuration makes of names without a registry, asked of Podman's own library. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fullImageName } from '../../config/image-name.ts'

jest.setTimeout(300_000)

const CONFIGURATION = join(
  __dirname,
  '../../host/padlock-app/files/usr/share/padlock-app/etc/containers/registries.conf.d',
)
const NAMES = ['oven/bun:1', 'python:3.13-slim', 'ghcr.io/acme/shop:2', 'localhost/app:1']

const completed = async (folder: string, names: string[]) => {
  const { stdout } = await promisify(execFile)(
    'go',
    ['run', '-tags', 'containers_image_openpgp', '.', folder, ...names],
    { cwd: join(__dirname, 'short-names') },
  )
  return stdout.trim().split('\n')
}

test('FROM on the host and appImage complete a name alike, as Docker does', async () => {
  const whole = await completed(CONFIGURATION, NAMES)
  expect(whole).toEqual([
    'docker.io/oven/bun:1',
    'docker.io/library/python:3.13-slim',
    'ghcr.io/acme/shop:2',
    'localhost/app:1',
  ])
  expect(NAMES.map(fullImageName)).toEqual(whole)
})

test('without the configuration a name without a registry is an error', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'padlock-registries-'))
  try {
    await expect(completed(empty, ['oven/bun:1'])).rejects.toThrow(
      /short-name "oven\/bun:1" did not resolve to an alias/,
    )
  } finally {
    rmSync(empty, { recursive: true })
  }
})
