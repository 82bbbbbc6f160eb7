import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownSettings, writeSettings } from '../../../ops/environments/settings.ts'

const TEMPLATE = `config:
  padlock:zone: example.com
  padlock:subdomain: preview
  padlock:sshPort: 2222
  padlock:appEnv:
    GUILD_ID: 1177210937346019389
`
const before = process.cwd()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-settings-'))
  process.chdir(folder)
  writeFileSync('Pulumi.preview.yaml', TEMPLATE)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

test('a number of the template is written digit for digit, and again when the expiry moves', () => {
  const name = { project: 'padlock', stack: 'pr-7', expires: '2026-11-23T09:00Z' }
  writeSettings({ ...name, set: {} })
  writeSettings({ ...name, set: ownSettings('padlock', 'pr-7') })
  const written = readFileSync('Pulumi.pr-7.yaml', 'utf8')
  expect(written).toContain('GUILD_ID: 1177210937346019389\n')
  expect(written).toContain('padlock:sshPort: 2222\n')
  expect(written).toContain('padlock:subdomain: pr-7.preview\n')
})

test('keys of the template without a prefix are the project’s, whatever its name', () => {
  writeFileSync('Pulumi.preview.yaml', TEMPLATE.replaceAll('padlock:', ''))
  writeSettings({ project: 'shop', stack: 'pr-7', expires: '2026-11-23T09:00Z', set: {} })
  const written = readFileSync('Pulumi.pr-7.yaml', 'utf8')
  expect(written).toContain('shop:zone: example.com\n')
  expect(written).toContain('shop:subdomain: pr-7.preview\n')
  expect(written).not.toMatch(/^ {2}(zone|subdomain):/m)
})

test('the key of a template with secrets is not given to an environment', () => {
  const secret =
    '  padlock:appSecrets:\n    TOKEN:\n      secure: v1:abc\nencryptionsalt: v1:theirs\n'
  writeFileSync('Pulumi.preview.yaml', TEMPLATE + secret)
  writeSettings({ project: 'padlock', stack: 'pr-7', expires: '2026-11-23T09:00Z', set: {} })
  expect(readFileSync('Pulumi.pr-7.yaml', 'utf8')).not.toMatch(/v1:(abc|theirs)/)
})

test('an environment keeps the key of its own secrets when the expiry moves', () => {
  const name = { project: 'padlock', stack: 'pr-7', expires: '2026-11-23T09:00Z' }
  writeSettings({ ...name, set: {} })
  const own = '  padlock:appSecrets:\n    TOKEN:\n      secure: v1:abc\nencryptionsalt: v1:own\n'
  writeFileSync('Pulumi.pr-7.yaml', readFileSync('Pulumi.pr-7.yaml', 'utf8') + own)
  writeSettings({ ...name, set: ownSettings('padlock', 'pr-7') })
  const written = readFileSync('Pulumi.pr-7.yaml', 'utf8')
  expect(written).toContain('encryptionsalt: v1:own\n')
  expect(written).toContain('secure: v1:abc\n')
})
