/** Installations that bring services along, on a computer that is a folder. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const SCRIPT = join(__dirname, '../../../sandbox/prerequisites/without-services')
const POLICY = 'usr/sbin/policy-rc.d'
const CLUSTER = 'etc/postgresql-common/createcluster.d/padlock-installs.conf'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'services-'))
  for (const name of ['update-rc.d', 'systemctl']) {
    file(`bin/${name}`, `#!/bin/sh\necho ${name} "$@" >>${root}/calls\n`)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

function file(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  chmodSync(join(root, path), 0o755)
}
const there = (...paths: string[]) => paths.filter((path) => existsSync(join(root, path)))

/** Installs by a shell command; what the policy then says to `SERVICE ACTION` is 101 for no. */
function install(command: string, services = ['postgresql', 'pgbouncer']) {
  const env = { ...process.env, ROOT: root, PATH: `${root}/bin:${process.env.PATH}` }
  return spawnSync(SCRIPT, [...services, '--', 'sh', '-c', command], { env, encoding: 'utf8' })
}
const asks = (...questions: string[]) =>
  questions.map((each) => `${root}/${POLICY} ${each}; echo "${each}: $?"`).join('\n')

test('what comes along is neither started nor enabled, and PostgreSQL is told to make no cluster', () => {
  const command = [
    `cat ${root}/${CLUSTER}`,
    asks(
      '--quiet postgresql start 2',
      'pgbouncer.service start',
      'postgresql@17-main.service start',
    ),
    asks('ssh restart'),
    `mkdir -p ${root}/lib/systemd/system ${root}/etc/init.d`,
    `touch ${root}/lib/systemd/system/postgresql.service ${root}/etc/init.d/pgbouncer; exit 7`,
  ].join('\n')
  const { status, stdout, stderr } = install(command)
  expect({ status, stderr, said: stdout.trim().split('\n') }).toEqual({
    status: 7,
    stderr: '',
    said: [
      'create_main_cluster = false',
      '--quiet postgresql start 2: 101',
      'pgbouncer.service start: 101',
      'postgresql@17-main.service start: 101',
      'ssh restart: 0',
    ],
  })
  expect(readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')).toEqual([
    'systemctl --quiet disable postgresql.service',
    'update-rc.d pgbouncer disable',
    'systemctl --quiet disable pgbouncer.service',
  ])
  expect(there(POLICY, 'etc/postgresql-common')).toEqual([])
})

test('a service that was there runs on, and starts at boot as it did', () => {
  file('usr/lib/systemd/system/postgresql.service', '')
  file('etc/postgresql-common/createcluster.conf', '')
  const { stdout } = install(asks('postgresql restart', 'pgbouncer start'))
  expect(stdout.trim().split('\n')).toEqual(['postgresql restart: 0', 'pgbouncer start: 101'])
  expect(readFileSync(join(root, 'calls'), 'utf8')).toBe(
    'systemctl --quiet disable pgbouncer.service\n',
  )
  expect(there('etc/postgresql-common/createcluster.conf', CLUSTER)).toEqual([
    'etc/postgresql-common/createcluster.conf',
  ])
})

test("the computer's own policy is asked for the rest, and is there again at the end", () => {
  const own = '#!/bin/sh\necho "$@"; exit 104\n'
  file(POLICY, own)
  const { stdout } = install(asks('ssh restart', 'pgbouncer start'))
  expect(stdout.trim().split('\n')).toEqual([
    'ssh restart',
    'ssh restart: 104',
    'pgbouncer start: 101',
  ])
  expect(readFileSync(join(root, POLICY), 'utf8')).toBe(own)
})

test.each(['HUP', 'INT', 'TERM', 'KILL'])('after SIG%s the next run clears up', (signal) => {
  const own = '#!/bin/sh\nexit 104\n'
  file(POLICY, own)
  install(`kill -${signal} $PPID`)
  install('true')
  expect(readFileSync(join(root, POLICY), 'utf8')).toBe(own)
  expect(there(`${POLICY}.before`, 'etc/postgresql-common')).toEqual([])
})
