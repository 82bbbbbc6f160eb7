/** The host's program for a managed database, against a cluster of the sandbox. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import type { DatabasePlace, DatabaseServers } from '../../../sandbox/types.ts'

jest.setTimeout(180_000)

const host = join(__dirname, '../../../host')
const programs = ['padlock-app', 'padlock-managed'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
const PYTHON = `import io, sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[2:4]
import padlock_managed
from padlock_move import state
from padlock_release import log, store
root = sys.argv[1]
log.PATH = f'{root}/log'
state.PATH = f'{root}/move.json'
state.live = lambda: (store.read(f'{root}/live') or '').strip() or None
padlock_managed.FOLDER = f'{root}/managed'
padlock_managed.PATIENCE_SECONDS = 2
padlock_managed.PAUSE_SECONDS = 0.2
sys.exit(padlock_managed.main(sys.argv[4:], sys.stdin))
`
const dir = mkdtempSync(join(tmpdir(), 'managed-'))
const ADMIN = 'AVNS_correct-horse'
const APP = 'AVNS_battery-staple'
let databases: DatabaseServers
let place: DatabasePlace
let ca: string
let open = true

beforeAll(async () => {
  databases = await startDatabases({
    dir,
    hosts: { public: '127.0.0.1', private: '127.0.0.3' },
    names: { public: 'localhost', private: 'localhost' },
    admits: () => open,
    log: () => {},
  })
  place = await databases.place('one')
  await databases.create('one', ADMIN)
  await databases.createUser('one', 'app', APP)
  await databases.createDatabase('one', 'app')
  ca = await databases.ca('one')
})

afterAll(async () => {
  await databases.close()
  rmSync(dir, { recursive: true })
})

/** Beside this process, in which the way to the server is. */
function run(command: string, args: string[], input = '', env = process.env) {
  const child = spawn(command, args, { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
    })
  child.stdin.end(input)
  return new Promise<{ status: number | null; said: string }>((done) => {
    child.once('close', (status) => done({ status, said: said.trim() }))
  })
}

function managed(verb: string, change: object | string = {}) {
  const order = {
    ...{ host: 'localhost', port: place.port, user: 'doadmin', password: ADMIN },
    ...{ database: 'app', app: 'app', ca },
    ...(typeof change === 'object' && change),
  }
  const input = typeof change === 'string' ? change : JSON.stringify(order)
  return run('python3', ['-c', PYTHON, dir, ...programs, verb], input)
}

async function ask(sql: string) {
  const options = `sslmode=verify-full sslrootcert=${dir}/managed/ca.crt`
  const conninfo = `host=localhost port=${place.port} user=app dbname=app ${options}`
  const env = { ...process.env, PGPASSWORD: APP }
  return (await run('psql', ['-XAtc', sql, conninfo], '', env)).said
}

test('the app makes its tables, over TLS that is held against the certificate that is kept', async () => {
  expect(await managed('up')).toEqual({ status: 0, said: '' })
  expect(readFileSync(join(dir, 'managed/ca.crt'), 'utf8').trim()).toBe(ca.trim())
  expect(statSync(join(dir, 'managed/ca.crt')).mode & 0o777).toBe(0o644)
  expect(
    await ask('CREATE TABLE visits (a int); INSERT INTO visits VALUES (1); SELECT a FROM visits'),
  ).toMatch(/1$/)
  // Again, and nothing is lost.
  expect(await managed('up')).toEqual({ status: 0, said: '' })
  expect(await ask('SELECT count(*) FROM visits')).toBe('1')
})

describe('rows that were moved to the host', () => {
  const give = "COMMENT ON DATABASE app IS 'padlock: moved to local at 2026-11-29T09:00:00Z'"
  const asAdmin = async (sql: string) => {
    const conninfo = `host=localhost port=${place.port} user=doadmin dbname=app sslmode=verify-full sslrootcert=${dir}/managed/ca.crt`
    const env = { ...process.env, PGPASSWORD: ADMIN }
    expect(await run('psql', ['-XqAtc', sql, conninfo], '', env)).toEqual({ status: 0, said: '' })
  }
  const underWay = { source: 'local', target: 'managed', phase: 'ordered' }
  beforeAll(() => asAdmin(give))
  afterAll(() => asAdmin('COMMENT ON DATABASE app IS NULL'))
  afterEach(() => {
    for (const name of ['move.json', 'live']) rmSync(join(dir, name), { force: true })
  })

  test('are told of by doadmin alone, whose the database is', async () => {
    expect(await ask(give)).toContain('must be owner of database app')
  })

  test('are none that an app goes to, and both ways on are told', async () => {
    writeFileSync(join(dir, 'live'), 'local')
    const { status, said } = await managed('up', { used: true })
    expect(status).toBe(1)
    expect(said).toMatch(
      /were moved to local at 2026-11-29T09:00:00Z; since then it is read-only.*database local && pulumi config set databaseBeside managed && .*--to managed --replace.*as doadmin in psql, ALTER DATABASE app RESET default_transaction_read_only; COMMENT ON DATABASE app IS NULL/s,
    )
  })

  test.each([
    ['stay beside the app’s', { used: false }, 'live', 'local'],
    ['are replaced by a move', { used: true }, 'move.json', JSON.stringify(underWay)],
    ['are the app’s already', { used: true }, 'live', 'managed'],
  ])('%s', async (_, order, file, text) => {
    writeFileSync(join(dir, file), text)
    expect(await managed('up', order)).toEqual({ status: 0, said: '' })
  })
})

test('a firewall that does not admit the host is waited for, and then told', async () => {
  open = false
  try {
    const { status, said } = await managed('up')
    expect([status, said]).toEqual([1, expect.stringMatching(/cannot be made ready for the app:/)])
    expect(said).toContain('server closed the connection unexpectedly')
  } finally {
    open = true
  }
})

test('what another try cannot change is told at once, without the password', async () => {
  const wrong = await managed('up', { password: 'AVNS_wrong-horse' })
  expect([wrong.status, wrong.said]).toEqual([1, expect.stringContaining('authentication failed')])
  expect(wrong.said).not.toContain('wrong-horse')
  await databases.place('two')
  await databases.create('two', ADMIN)
  const other = await managed('up', { ca: await databases.ca('two') })
  expect([other.status, other.said]).toEqual([1, expect.stringContaining('verify failed')])
  expect((await managed('up')).status).toBe(0)
})

test.each<[object | string, string]>([
  ['{', 'the order is not JSON'],
  ['[]', 'the order must be an object'],
  [{ host: '-h x' }, 'host must be a host name'],
  [{ port: '5432' }, 'port must be a whole number from 1 to 65535'],
  [{ app: 'a"; DROP' }, 'app must be lower-case letters, digits and _'],
  [{ ca: 'none' }, 'ca must be a certificate, PEM'],
  [{ password: 'a b' }, 'password must be printable ASCII without spaces'],
])('an order %j is refused', async (change, message) => {
  const { status, said } = await managed('up', change)
  expect([status, said]).toEqual([1, expect.stringContaining(message)])
})

test('at its end the certificate goes', async () => {
  expect(await managed('remove')).toEqual({ status: 0, said: '' })
  expect(existsSync(join(dir, 'managed'))).toBe(false)
  expect((await managed('make')).said).toBe('usage: managed up < ORDER | remove')
})
