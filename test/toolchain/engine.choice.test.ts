/** Which engine and which plugins are taken, on computers that have some of them. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { builtEnginePath, GO_MISSING, pinnedVersion } from '../../sandbox/toolchain/engine/build.ts'
import type { Vendor } from '../../sandbox/toolchain/engine/vendor.ts'
import { ensureToolchain, type Toolchain } from '../../sandbox/toolchain/index.ts'
import { PLUGINS, wantedVersion } from '../../sandbox/toolchain/plugins.ts'
import { unreachable } from './engine.vendor.ts'

let folder: string
let told: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-choice-'))
  told = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (...path: string[]) => join(folder, ...path)

function script(path: string, body: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

/** An engine of this version in a directory, with its language host unless told otherwise. */
function fakeEngine(directory: string, version: string, complete = true): void {
  script(join(directory, 'pulumi'), `echo v${version}`)
  if (complete) script(join(directory, 'pulumi-language-nodejs'), 'exit 0')
}

/** As if the engine had been built before. */
function fakeBuild(): void {
  script(builtEnginePath(at('cache')), `echo v${pinnedVersion()}`)
}

function ensure(vendor: Vendor = unreachable, path = '', home?: string): Promise<Toolchain> {
  const env = {
    HOME: at('user'),
    PATH: [path, '/usr/bin', '/bin'].filter(Boolean).join(':'),
    ...(home && { PULUMI_HOME: home }),
  }
  const progress = (message: string) => void told.push(message)
  return ensureToolchain({ home: at('home'), cache: at('cache'), progress, env }, vendor)
}

function plugin(home: string, name: string): string {
  return join(
    home,
    'plugins',
    `resource-${name}-v${wantedVersion(name)}`,
    `pulumi-resource-${name}`,
  )
}

/** A vendor that has all, or fails where told so. */
function vendor(broken: { engine?: boolean; plugins?: string[] } = {}): Vendor {
  return {
    reachable: async () => true,
    async installEngine(root) {
      if (broken.engine) throw new Error('the download broke off')
      fakeEngine(join(root, 'bin'), '3.260.0')
      return { pulumi: join(root, 'bin', 'pulumi'), version: '3.260.0' }
    },
    async installPlugin(_, { name }, env) {
      if (broken.plugins?.includes(name)) throw new Error('404\nnot found')
      script(plugin(env.PULUMI_HOME!, name), 'echo official')
    },
  }
}

test('an engine on PATH that is complete and new enough is taken, and nothing is built', async () => {
  fakeEngine(at('new'), '3.249.0')
  const { pulumi, summary, env } = await ensure(unreachable, at('new'))
  expect(pulumi).toBe(at('new', 'pulumi'))
  expect(summary).toBe(
    'Pulumi 3.249.0 (found on PATH), stand-in plugins digitalocean, auth0, tls, random, command',
  )
  expect(env).toEqual({
    PATH: `${at('new')}:${dirname(process.execPath)}:${at('new')}:/usr/bin:/bin`,
    PULUMI_HOME: at('home'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    NODE_COMPILE_CACHE: at('home', 'compiled'),
  })
})

test.each([
  ['too old', '3.248.9', true],
  ['without its language host', '3.260.0', false],
  ['broken', 'none', true],
])('an engine on PATH that is %s is passed over', async (_, version, complete) => {
  fakeEngine(at('other'), version, complete)
  fakeBuild()
  const { pulumi, summary } = await ensure(unreachable, at('other'))
  expect(pulumi).toBe(at('home', 'bin', 'pulumi'))
  expect(summary).toContain('(built from its Go module)')
})

test('where the vendor answers, engine and plugins come from there', async () => {
  const { summary } = await ensure(vendor())
  expect(summary).toBe(
    'Pulumi 3.260.0 (downloaded), official plugins digitalocean, auth0, tls, random, command',
  )
  const again = await ensure()
  expect(again.summary).toContain('official plugins digitalocean')
})

test('an engine download that breaks off is told, and the stand-ins serve the one that is built', async () => {
  fakeBuild()
  const { summary } = await ensure(vendor({ engine: true }))
  expect(summary).toBe(
    `Pulumi ${pinnedVersion()} (built from its Go module), ` +
      'stand-in plugins digitalocean, auth0, tls, random, command',
  )
  expect(told).toContain("the vendor's download failed: the download broke off")
})

test.each(PLUGINS)('where the official %s is missing, no official plugin serves', async (name) => {
  const { summary } = await ensure(vendor({ plugins: [name] }))
  expect(summary).toBe(
    'Pulumi 3.260.0 (downloaded), stand-in plugins digitalocean, auth0, tls, random, command',
  )
  expect(told).toContain(`no ${name} plugin from the vendor (404): stand-ins serve`)
  for (const one of PLUGINS) {
    expect(readFileSync(plugin(at('home'), one), 'utf8')).toContain(`standins/${one}/main.ts`)
  }
})

test('stand-ins give way once the vendor answers', async () => {
  fakeEngine(at('new'), '3.260.0')
  await ensure(unreachable, at('new'))
  expect(readFileSync(plugin(at('home'), 'tls'), 'utf8')).toContain('standins/tls/main.ts')
  await ensure(vendor(), at('new'))
  expect(readFileSync(plugin(at('home'), 'tls'), 'utf8')).toContain('echo official')
})

test("the user's own official plugins are taken, all of the exact version", async () => {
  fakeEngine(at('new'), '3.260.0')
  for (const name of PLUGINS) script(plugin(at('user', '.pulumi'), name), 'echo mine')
  expect((await ensure(unreachable, at('new'))).summary).toContain('official plugins')
  expect(statSync(plugin(at('home'), 'tls')).mode & 0o111).toBe(0o111)
  rmSync(at('home'), { recursive: true })
  rmSync(dirname(plugin(at('user', '.pulumi'), 'random')), { recursive: true })
  script(at('user', '.pulumi', 'plugins', 'resource-random-v1.0.0', 'pulumi-resource-random'), '')
  expect((await ensure(unreachable, at('new'))).summary).toContain('stand-in plugins')
})

test('a home that is its own PULUMI_HOME does not take its stand-ins for official ones', async () => {
  fakeBuild()
  await ensure()
  expect((await ensure(unreachable, '', at('home'))).summary).not.toContain('official')
})

test('a launcher starts a program of this project under its Node, whatever its path', async () => {
  fakeBuild()
  await ensure()
  for (const name of PLUGINS) expect(existsSync(plugin(at('home'), name))).toBe(true)
  const host = at('home', 'bin', 'pulumi-language-nodejs')
  expect(readFileSync(host, 'utf8')).toContain(join('sandbox', 'toolchain', 'language', 'main.ts'))
  const text = readFileSync(plugin(at('home'), 'random'), 'utf8')
  const [node] = /'[^']*node'/.exec(text)!
  const version = execFileSync('sh', ['-c', `${node} --version`], { encoding: 'utf8' })
  expect(Number(version.slice(1).split('.')[0])).toBeGreaterThanOrEqual(22)
})

test('nothing is written outside of home and cache', async () => {
  fakeBuild()
  await ensure()
  expect(readdirSync(folder).sort()).toEqual(['cache', 'home'])
})

test('without an engine, a vendor and Go, the error says what to install', async () => {
  const env = { HOME: at('user'), PATH: at('empty') }
  const options = { home: at('home'), cache: at('cache'), progress: () => {}, env }
  await expect(ensureToolchain(options, unreachable)).rejects.toThrow(GO_MISSING)
  expect(readdirSync(at('cache', 'engine'))).toEqual([])
})

test('a failed build names its cause and leaves nothing half done', async () => {
  mkdirSync(at('cache', 'engine', 'build-killed', 'cache'), { recursive: true })
  script(at('tools', 'go'), 'echo "no space left on device" >&2; exit 1')
  await expect(ensure(unreachable, at('tools'))).rejects.toThrow(
    `go build of the Pulumi engine ${pinnedVersion()} failed\nno space left on device`,
  )
  expect(readdirSync(at('cache', 'engine'))).toEqual([])
})

test('a build that is ended from outside says so', async () => {
  script(at('tools', 'go'), 'echo "go: downloading x" >&2; kill -TERM $$')
  await expect(ensure(unreachable, at('tools'))).rejects.toThrow(
    new Error(`go build of the Pulumi engine ${pinnedVersion()} was ended by SIGTERM`),
  )
})

test('Go works below the cache alone, and two builds at once are one', async () => {
  // In the place of Go: notes its variables, and "builds" for a while.
  const note = 'echo "$GOPATH $GOMODCACHE $GOCACHE $GOTMPDIR $XDG_CONFIG_HOME"'
  script(
    at('tools', 'go'),
    `${note} >> ${at('variables')}; sleep 0.5; while [ "$1" != -o ]; do shift; done; cp ${at('made')} "$2"`,
  )
  script(at('made'), `echo v${pinnedVersion()}`)
  await Promise.all([ensure(unreachable, at('tools')), ensure(unreachable, at('tools'))])
  const [line, ...more] = readFileSync(at('variables'), 'utf8').trim().split('\n')
  expect(more).toEqual([])
  for (const path of line!.split(' '))
    expect(path).toMatch(new RegExp(`^${at('cache', 'engine')}/`))
  expect(readdirSync(at('cache', 'engine'))).toHaveLength(1)
})
