import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import { FILES } from '../../../cloud-init/files.ts'
import { firstBoot, LIMIT, userData } from '../../../cloud-init/index.ts'
import { expectGolden } from '../golden.ts'
import { BOOTSTRAP_PRIVATE_KEY, production, variants } from './facts.ts'

interface Written {
  path: string
  content: string
  permissions: string
}

const files = (text: string) =>
  new Map((parse(text).write_files as Written[]).map((file) => [file.path, file]))

test.each(Object.entries(variants))('%s: the first bytes are #cloud-config', (_, facts) => {
  expect(userData(facts).startsWith('#cloud-config\n')).toBe(true)
})

test('a production host, byte by byte: a change here replaces every droplet', () => {
  expectGolden('user-data.production.yaml', userData(production))
})

test.each(Object.keys(variants).filter((name) => name !== 'production'))(
  '%s: only what must differ from a production host differs',
  (name) => {
    const before = new Set(userData(production).split('\n'))
    const lines = userData(variants[name]!).split('\n')
    expectGolden(`user-data.${name}.txt`, lines.filter((line) => !before.has(line)).join('\n'))
  },
)

test('the same facts in another order of keys are the same bytes', () => {
  const backwards = Object.fromEntries(Object.entries(production).reverse()) as typeof production
  expect(userData(backwards)).toBe(userData(production))
})

test('every file arrives as it is on disk but for its comments, however YAML writes it', () => {
  const written = files(userData(production))
  for (const path of FILES) {
    const text = readFileSync(join(__dirname, '../../../cloud-init/files', path), 'utf8')
    const lines = text
      .split('\n')
      .filter((line, at) => (at === 0 ? !/^#[^!]/.test(line) : !/^\s*#/.test(line)))
    expect(written.get(`/${path}`)?.content).toBe(lines.join('\n'))
  }
})

test('the list of files and the folder agree', () => {
  const root = join(__dirname, '../../../cloud-init/files')
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/__pycache__|\.ruff_cache/.test(entry.parentPath))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  expect(found.sort()).toEqual([...FILES].sort())
})

test('commands can be run, the rest is data', () => {
  const written = files(userData(production))
  const runnable = [...written.values()].filter((file) => file.permissions === '0755')
  expect(runnable.map((file) => file.path)).toEqual(
    ['host-key', 'install', 'later', 'pin-caddy', 'provision', 'ready'].map(
      (name) => `/usr/local/lib/padlock/${name}`,
    ),
  )
  for (const file of runnable) expect(file.content).toMatch(/^#!\/(bin|usr\/bin)\//)
})

test('provisioning starts once the last file is there, and again at the end of the boot', () => {
  const { bootcmd, runcmd, write_files } = parse(userData(production))
  const early = bootcmd[0] as string[]
  expect(early.slice(0, 2)).toEqual(['cloud-init-per', 'instance'])
  expect(early.at(-1)).toContain(`until test -e ${write_files.at(-1).path};`)
  expect(early.at(-1)).toMatch(/ && exec \/usr\/local\/lib\/padlock\/provision$/)
  expect(runcmd).toEqual([['/usr/local/lib/padlock/provision']])
})

test('a repository key of 4 KiB fits', () => {
  const key = production.caddyRepository.key.replace('\n\n', `\n\n${'mDME\n'.repeat(800)}`)
  const facts = { ...production, caddyRepository: { ...production.caddyRepository, key } }
  expect(Buffer.byteLength(userData(facts))).toBeLessThan(LIMIT)
})

test('the first boot has another version where its text differs, and for nothing else', () => {
  const version = firstBoot(production)
  const { caddyRepository, adminKeys, ...rest } = production
  const url = 'https://elsewhere.example.com/'
  const moved = { ...rest, adminKeys: [], caddyRepository: { ...caddyRepository, url } }
  expect(firstBoot(moved)).toBe(version)
  expect(firstBoot({ ...production, sshPort: 2222 })).not.toBe(version)
  expect(firstBoot({ ...production, hostname: 'other' })).not.toBe(version)
})

test('whoever changes the first boot says so here: every droplet is replaced', () => {
  const text = userData(production)
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '055af3d4b16ba8c2f3b0394cd0d7ea764b3e7e8cf5db4249f8d8955f0312f92a',
  )
})

test('too long a text is refused', () => {
  const key = production.caddyRepository.key.replace('\n\n', `\n\n${'mDME\n'.repeat(10000)}`)
  const facts = { ...production, caddyRepository: { ...production.caddyRepository, key } }
  expect(() => userData(facts)).toThrow(/^The user data has \d+ bytes; allowed are 20480$/)
})

test('no secret but the bootstrap host key', () => {
  const text = userData(production)
  expect(text.match(/PRIVATE KEY/g)).toHaveLength(2)
  expect(text).toContain(BOOTSTRAP_PRIVATE_KEY.split('\n')[1])
  expect(text).not.toMatch(/(password|secret|token)\s*[:=]\s*["']?[A-Za-z0-9+/]{12,}/i)
})

test('nothing of where the project lies on this computer is in it', () => {
  expect(userData(production)).not.toContain(join(__dirname, '../../..'))
})
