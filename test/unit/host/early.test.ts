/** What the dependencies of a package read when they come lies in place by then. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPackage } from '../../../host/pack/package.ts'
import { install, makeBundle, makeRoot, stub } from './scratch.ts'

const FILE = 'etc/postgresql-common/createcluster.d/padlock.conf'
let root: string
let bundle: string
beforeEach(async () => {
  root = makeRoot()
  for (const name of ['gpg', 'pin-caddy', 'apply-units', 'dpkg']) stub(root, name, 'true')
  // The installer extracts into `/`.
  stub(
    root,
    'tar',
    `for word; do shift; [ "$word" != --directory=/ ] || word=--directory=${root}; set -- "$@" "$word"; done
    exec /usr/bin/tar "$@"`,
  )
  writeFileSync(join(root, 'etc/padlock/host.env'), 'CADDY_FINGERPRINT=A\n')
  bundle = makeBundle(root, 'next', { fingerprint: 'A', 'caddy.sources': 'URIs: x\n' })
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true })
  writeFileSync(join(root, 'etc/apt/sources.list.d/caddy.sources'), 'URIs: x\n')
  mkdirSync(join(bundle, 'packages'))
  for (const name of ['padlock-base', 'padlock-database']) {
    const { deb } = await readPackage(join(__dirname, '../../../host', name), { version: '1' })
    writeFileSync(join(bundle, `packages/${name}_1_all.deb`), deb)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

/** What apt-get finds of it when PostgreSQL is installed; undefined where nothing was. */
function found(installed: string): string[] {
  stub(root, 'dpkg-query', `case "$*" in *' padlock-'*) ;; *) ${installed} ;; esac`)
  const seen = join(root, 'seen')
  stub(root, 'apt-get', `touch ${seen}; [ ! -e ${root}/${FILE} ] || touch ${seen}.early`)
  const { status, stderr } = install(root, bundle)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return ['seen', 'seen.early'].filter((name) => existsSync(join(root, name)))
}

test('PostgreSQL comes where it has been told to make no cluster, and nothing else lies there', () => {
  expect(found('exit 1')).toEqual(['seen', 'seen.early'])
  expect(existsSync(join(root, 'usr'))).toBe(false)
})

test('where it is there already nothing is put in place', () => {
  expect(found('echo installed 99')).toEqual([])
  expect(existsSync(join(root, FILE))).toBe(false)
})

test('where no repository has it, what the host must reach is told', () => {
  stub(root, 'dpkg-query', 'exit 1')
  stub(root, 'apt-get', 'case "$*" in *install*) exit 100 ;; esac')
  stub(root, 'apt-cache', '[ "$2" != postgresql-17 ]')
  const sources = join(root, 'etc/apt/sources.list.d/postgresql.sources')
  writeFileSync(sources, 'Types: deb\nURIs: https://apt.example.com/apt\n')
  const { status, stderr } = install(root, bundle)
  expect(status).toBe(1)
  expect(stderr).toMatch(
    /step dependencies; .*\nno repository that this host reaches has postgresql-17\na databaseVersion that Debian has not comes from https:\/\/apt\.example\.com\/apt, which the host must reach\n/s,
  )
  expect(stderr).not.toContain('reaches has python3')
  rmSync(sources)
  // Its end is what is told.
  rmSync(join(root, 'log'), { recursive: true })
  expect(install(root, bundle).stderr).not.toContain('databaseVersion')
})
