import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import { FILES } from '../../../cloud-init/files.ts'
import { LIMIT, userData } from '../../../cloud-init/index.ts'
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

test('every file arrives as it is on disk, however YAML writes it', () => {
  const written = files(userData(production))
  for (const path of FILES) {
    expect(written.get(`/${path}`)?.content).toBe(
      readFileSync(join(__dirname, '../../../cloud-init/files', path), 'utf8'),
    )
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
    ['host-key', 'later', 'provision', 'ready', 'release'].map(
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

test('there is room to spare under the limit', () => {
  expect(Buffer.byteLength(userData(production))).toBeLessThan(LIMIT - 5 * 1024)
})

test('too long a text names the biggest file', () => {
  const key = production.caddyRepository.key.replace('\n\n', `\n\n${'mDME\n'.repeat(10000)}`)
  const facts = { ...production, caddyRepository: { ...production.caddyRepository, key } }
  expect(() => userData(facts)).toThrow(
    /^The user data has \d+ bytes, DigitalOcean takes 65536: the biggest file is \/etc\/padlock\/caddy.asc with 50\d+ bytes$/,
  )
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
