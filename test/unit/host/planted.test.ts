import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const program = join(__dirname, 'planted.py')
const release = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
/**
 * Three users and a mount are needed. Without root's rights they are those of a user namespace
 * (user_namespaces(7)), with the ids of /etc/subuid, as for the sandbox's base image.
 */
const asRoot = ['unshare', '--mount'].concat(
  process.getuid?.() === 0 ? [] : ['--user', '--map-root-user', '--map-auto'],
)

function attempt(name: string): string | null {
  const [command = '', ...args] = [...asRoot, 'python3', '-I', program, release, name]
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${name} as three users: ${stderr}`)
  return JSON.parse(stdout)
}

const ID = '3f2a9c01d2e4'
const UNITS = '/home/app/.config/containers/systemd'

test.each<[string, string, string]>([
  ['the folder of a build', 'build_link', '/home/app/build'],
  ['the folder of the units, when one is written', 'units_link', UNITS],
  ['a folder above it', 'config_link', '/home/app/.config'],
  ['the folder of the units, when one is removed', 'units_link_removal', UNITS],
  ['the folder of the units, when they are listed', 'units_link_listed', UNITS],
  ['a unit that is written', 'unit_link', `${UNITS}/app-${ID}.container`],
  ['a unit that is read', 'unit_link_read', `${UNITS}/app-${ID}.container`],
  ['the directory of a release that is made', 'release_link', `/srv/app/releases/${ID}`],
  ['the directory of a release that is removed', 'release_link_removed', `/srv/app/releases/${ID}`],
  ['the directory of a release that is brought up', 'whole_release', `/srv/app/releases/${ID}`],
  ["the credentials of an image's registry", 'auth_link', '/run/user/64001/padlock-auth.json'],
  ["the app's socket", 'socket_link', `/srv/app/releases/${ID}/app.sock`],
  ["the directory of the app's socket", 'socket_directory_link', `/srv/app/releases/${ID}`],
])('a link in place of %s is rejected, and what it points to stays', (_, name, path) => {
  expect(attempt(name)).toBe(
    `${path} is a symbolic link, which nothing here makes: the app or its user did. ` +
      `Fix: find out why, then remove it (sudo rm ${path})`,
  )
})

test('a pipe in place of a unit is rejected, and nobody waits for it', () => {
  expect(attempt('unit_pipe')).toMatch(/app-3f2a9c01d2e4\.container is not a plain file/)
})

test('mounted as the unit says, a link in place of the socket leads nobody anywhere', () => {
  expect(attempt('mount_of_releases')).toBeNull()
})

test('a link inside a directory that is removed goes, and what it points to stays', () => {
  expect(attempt('link_inside_release')).toBeNull()
})

test('without links: units, directories, builds, credentials and sockets are those of app', () => {
  expect(attempt('without_links')).toBeNull()
})
