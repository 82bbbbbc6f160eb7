/** PostgreSQL's own user lays links, and a note, where root works for the database; nothing of root's changes. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const HOST = join(import.meta.dirname, '../../../../host')
const FOLDERS = ['database', 'app', 'volume', 'backup'].map((name) =>
  join(HOST, `padlock-${name}/files/usr/lib/padlock`),
)
/** Two users are needed; without root's rights they are those of a user namespace (user_namespaces(7)). */
const asRoot =
  process.getuid?.() === 0 ? [] : ['unshare', '--mount', '--user', '--map-root-user', '--map-auto']

function attempt(name: string): string | null {
  const words = ['python3', '-I', join(import.meta.dirname, 'planted.py'), ...FOLDERS, name]
  const [command = '', ...args] = [...asRoot, ...words]
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${name} as two users: ${stderr}`)
  return JSON.parse(stdout)
}

const VERSIONS = '/volume/postgresql'

test.each<[string, string, string]>([
  ['the folder of a version, when its cluster is made', 'version_link', '/clusters/18'],
  ['what a cluster says of its version', 'version_read', `${VERSIONS}/17/main/PG_VERSION`],
  ['the folder of a version that is taken over', 'adopted', `${VERSIONS}/17`],
  ['a folder that is given to it', 'owned', '/run/run'],
  ['the folder of a version, when its cluster gets its name', 'renamed', `${VERSIONS}/18`],
  ['that folder, when its cluster goes again', 'removed', `${VERSIONS}/18`],
  ['a version’s configuration, when it is written', 'configuration_link', '/etc/17'],
  ['that, when it goes', 'configuration_removed', '/etc/17'],
  ['that, when backups end', 'drop_in_removed', '/etc/17'],
  ['the number of the server', 'process_read', '/clusters/17/main/postmaster.pid'],
  ['the server’s log', 'log_read', '/log/postgresql-17-main.log'],
  ['the folder of a version, when a restore goes', 'restore_forgotten', '/clusters/17'],
  ['that, when what a restore has replaced goes', 'restore_replaced', '/clusters/17'],
  ['that, when what was restored takes its place', 'restore_swapped', '/clusters/17'],
])('a link in place of %s is refused, and what it points to stays', (_, name, path) => {
  expect(attempt(name)).toBe(
    `${path} is a symbolic link, which nothing here makes: the user postgres did. ` +
      `Fix: find out why, then remove it (sudo rm ${path})`,
  )
})

test.each([
  ['where a new cluster begins: it goes', 'begun'],
  ['where the note was: the note is in a folder of root’s', 'note_written'],
  ['in place of settings: they are read with the rights of its user', 'setting_read'],
  ['in place of those of the new cluster: they are written with those rights', 'setting_written'],
  ['beside them: nobody writes there', 'setting_new'],
  ['in place of the number of a server that is tried: root ends nobody for it', 'restore_process'],
  ['in a configuration: it goes with it, and the folder around is root’s', 'configuration_own'],
])('a link %s', (_, name) => {
  expect(attempt(name)).toBeNull()
})

test('a note of the user’s is none, and one of root’s names nothing but versions', () => {
  expect(attempt('note')).toMatch(
    /^\/volume\/upgrade\/upgrade\.json is no note that this host can read: .*sudo rm -f \S+\/upgrade\.json \S+\/swapping and pulumi up/,
  )
})

test('a note that is damaged is told by each that reads it, and no server waits for it', () => {
  expect(attempt('damaged')).toBeNull()
})

test('a file in place of a version’s folder is refused, and stays as it is', () => {
  expect(attempt('version_file')).toBe(
    '/clusters/18 is not a directory. Fix: find out why, then sudo rm /clusters/18',
  )
})

test.each([
  ['an upgrade copies drop-ins', 'configuration_theirs', 18],
  ['backups have their drop-in', 'drop_in', 17],
])('when %s, a configuration that the user has made is refused', (_, name, version) => {
  expect(attempt(name)).toMatch(
    RegExp(
      `^/etc/${version} is not a folder in which root alone writes, .*sudo mv /etc/${version} /root/, and pulumi up`,
    ),
  )
})
