/**
 * The login in front of an app stays on the host until the site in hand asks it no more, and the database
 * until it has been given up, with its volume; backups stay until they are ended.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, makeBundle, makeRoot, stub } from './scratch.ts'

let root: string
beforeEach(() => {
  root = makeRoot()
  for (const name of ['gpg', 'apt-get', 'pin-caddy', 'apply-units']) stub(root, name, 'true')
  stub(root, 'mountpoint', 'false')
  stub(root, 'dpkg', `echo "$*" >>${root}/calls`)
  stub(root, 'dpkg-deb', 'echo padlock-app 1 installed')
  stub(root, 'dpkg-query', 'printf "padlock-%s 1 installed\\n" app database edge tunnels volume')
  writeFileSync(join(root, 'etc/padlock/host.env'), 'CADDY_FINGERPRINT=A\n')
  mkdirSync(join(root, 'lib/proxy'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** What an installation that wants neither login nor tunnels purges, where this is the site in hand. */
function purged(caddyfile?: string): string[] {
  if (caddyfile !== undefined) writeFileSync(join(root, 'lib/proxy/Caddyfile'), caddyfile)
  const bundle = makeBundle(root, 'next', { fingerprint: 'A', 'caddy.sources': 'URIs: x\n' })
  mkdirSync(join(bundle, 'packages'))
  writeFileSync(join(bundle, 'packages/padlock-app_1_all.deb'), '')
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true })
  writeFileSync(join(root, 'etc/apt/sources.list.d/caddy.sources'), 'URIs: x\n')
  const { status, stderr } = install(root, bundle)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const calls = readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')
  return calls.flatMap((line) => line.split(' --purge ')[1]?.split(' ') ?? [])
}

test('a site that asks it keeps it, and nothing else', () => {
  expect(purged('forward_auth unix//run/padlock-edge.sock')).toEqual([
    'padlock-database',
    'padlock-tunnels',
    'padlock-volume',
  ])
})

test.each([['reverse_proxy unix//srv/app/current/app.sock'], [undefined]])(
  'with the site %s it goes',
  (caddyfile) => {
    expect(purged(caddyfile)).toEqual([
      'padlock-database',
      'padlock-edge',
      'padlock-tunnels',
      'padlock-volume',
    ])
  },
)

test('a cluster that is configured keeps its package, and the volume’s', () => {
  mkdirSync(join(root, 'etc/postgresql/17/main'), { recursive: true })
  writeFileSync(join(root, 'etc/postgresql/17/main/postgresql.conf'), '')
  expect(purged()).toEqual(['padlock-edge', 'padlock-tunnels'])
})

test('a volume that is mounted keeps what lets go of it', () => {
  stub(root, 'mountpoint', '[ "$*" = "--quiet /srv/volume" ]')
  expect(purged()).toEqual(['padlock-database', 'padlock-edge', 'padlock-tunnels'])
})

describe('backups', () => {
  const order = () => {
    mkdirSync(join(root, 'lib/backup'))
    writeFileSync(join(root, 'lib/backup/order.json'), '{}')
  }
  const ended = () => writeFileSync(join(root, 'backup-end'), '')
  beforeEach(() => stub(root, 'dpkg-query', 'printf "padlock-%s 1 installed\\n" app backup volume'))

  test('that are ordered keep their package, and the volume’s, which it needs', () => {
    order()
    ended()
    expect(purged()).toEqual([])
  })

  test('that were ended go', () => {
    ended()
    expect(purged()).toEqual(['padlock-backup', 'padlock-volume'])
  })

  test('whose package cannot go by itself, as it is older, go as they did', () => {
    order()
    expect(purged()).toEqual(['padlock-backup', 'padlock-volume'])
  })
})
