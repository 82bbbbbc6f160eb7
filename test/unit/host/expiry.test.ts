/** What the host makes of the ends of its certificates, and of Caddy's log. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLIENT, ROOT, SERVER } from '../../../components/authority.ts'
import { ownAuthority } from '../../sandbox/proxy/own-authority.ts'

const packages = join(__dirname, '../../../host/padlock-proxy/files/usr/lib/padlock')

function python(program: string, ...words: string[]) {
  const lines = `import sys\nsys.dont_write_bytecode = True\n${program}`
  return execFileSync('python3', ['-c', lines, ...words], { cwd: packages }).toString()
}

/** The state of a certificate that is valid for so many days, with so many of them left. */
const state = (kind: string, days: number, left: number) =>
  python(`from datetime import UTC, datetime, timedelta
from padlock_expiry import report
from padlock_expiry.certificate import Certificate
now = datetime.now(UTC)
ends = now + timedelta(days=${left})
one = report._judged('${kind}', 'a.example', Certificate('a', ends - timedelta(days=${days}), ends), now)
print(one['state'])`).trim()

test.each([
  ['site', 90, 28, 'good'],
  ['site', 90, 26, 'late'],
  ['site', 6, 1.81, 'good'],
  ['site', 6, 1.79, 'late'],
  ['site', 90, -0.001, 'ended'],
  ['server', 396, 121, 'good'],
  ['server', 396, 119, 'due'],
  ['server', 396, 29, 'late'],
  ['client', 365, 61, 'good'],
  ['client', 365, 59, 'due'],
  ['client', 365, 29, 'late'],
  ['authority', 3650, 364, 'due'],
])('a %s certificate of %d days with %d left is %s', (kind, days, left, expected) => {
  expect(state(kind, days, left)).toBe(expected)
})

test('the days from which an update renews are those of the stack’s own authority', () => {
  const days = JSON.parse(
    python(`import json
from padlock_expiry import report
print(json.dumps({kind: early for kind, (early, _) in report.OWN.items()}))`),
  )
  const hours = { server: SERVER, client: CLIENT, authority: ROOT }
  for (const [kind, { earlyRenewalHours }] of Object.entries(hours)) {
    expect([kind, days[kind] * 24]).toEqual([kind, earlyRenewalHours])
  }
})

test('clients and their authority are read from the files of the site, without the probe’s', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-expiry-'))
  try {
    const made = await ownAuthority({
      host: 'app.example.test',
      server: false,
      clients: ['alice'],
      clientAuth: 'require',
    })
    writeFileSync(join(folder, 'client-certificates.pem'), made.trusted!.certificates)
    writeFileSync(join(folder, 'client-root.pem'), made.root)
    const program = `from padlock_expiry import report
report.PROXY = sys.argv[1]
sys.exit(report.main(sys.argv[2:]))`
    const { certificates } = JSON.parse(python(program, folder, 'show'))
    expect(certificates).toMatchObject([
      { kind: 'client', name: 'alice', by: 'up', state: 'good' },
      { kind: 'authority', name: 'padlock-dev', by: 'up', state: 'good' },
    ])
    const left = Date.parse(certificates[0].ends) - Date.now()
    expect(Math.round(left / 3_600_000)).toBe(CLIENT.validityPeriodHours)
    expect(python(program, folder, 'check')).toBe('')
    const kept = JSON.parse(readFileSync(join(folder, 'certificates.json'), 'utf8'))
    expect(kept.certificates).toEqual(certificates)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the reason is the last failure of that name in Caddy’s log', () => {
  const entry = (fields: object) =>
    JSON.stringify({ level: 'error', logger: 'tls.renew', ...fields })
  const lines = [
    'not JSON',
    entry({ ts: 4, logger: 'http.log.error', error: '[a.example] no' }),
    entry({ ts: 3, msg: 'will retry', error: '[b.example] Renew: no' }),
    entry({
      ts: 2,
      msg: 'will retry',
      error: '[a.example] Renew: HTTP 429 urn:rateLimited',
      attempt: 3,
    }),
    entry({
      ts: 1,
      msg: 'could not get certificate from issuer',
      identifier: 'a.example',
      error: 'first',
    }),
  ]
  const among = (from: number) =>
    python(
      `import json
from padlock_expiry import failures
found = failures.among(json.loads(sys.argv[1]), 'a.example')
print(json.dumps(found and [found.when.timestamp(), found.error]))`,
      JSON.stringify(lines.slice(from)),
    )
  expect(JSON.parse(among(0))).toEqual([2, '[a.example] Renew: HTTP 429 urn:rateLimited'])
  expect(JSON.parse(among(4))).toEqual([1, 'first'])
  expect(JSON.parse(among(5))).toBeNull()
})
