import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')

/** What the host's program makes of a site: the files that it would write, or its message. */
function read(site: unknown): unknown {
  const program = `import json, sys
sys.dont_write_bytecode = True
from padlock_release import site
from padlock_release.failure import Failure
try:
    print(json.dumps(site.parse(sys.stdin.read()).files()))
except Failure as failure:
    print(json.dumps(str(failure)))
`
  const printed = execFileSync('python3', ['-c', program], {
    cwd: packages,
    input: JSON.stringify(site),
  })
  return JSON.parse(printed.toString())
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\n'
const good = { host: 'app.example.com', caddyfile: 'https://app.example.com {}', acmeRoot: null }
const clients = { root: CERTIFICATE, certificates: CERTIFICATE, fingerprints: ['a'.repeat(64)] }
const PROXY = '/var/lib/padlock/proxy'

test('a site as before has no file of its own', () => {
  expect(read(good)).toEqual({
    [`${PROXY}/certificate.pem`]: null,
    [`${PROXY}/client-root.pem`]: null,
    [`${PROXY}/client-certificates.pem`]: null,
    [`${PROXY}/client-matcher.caddy`]: null,
  })
})

test('clients are known by their fingerprints, and who shows none by the hash of nothing', () => {
  expect(read({ ...good, clients })).toMatchObject({
    [`${PROXY}/client-matcher.caddy`]: `@stranger not vars {http.request.tls.client.fingerprint} e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ${'a'.repeat(64)}\n`,
  })
})

test.each<[string, object, string]>([
  [
    'a further name',
    { aliases: ['www.example.com', 'A B'] },
    'aliases must be host names in lower case',
  ],
  ['no list', { aliases: 'www.example.com' }, 'aliases must be host names in lower case'],
  ['no key', { certificate: CERTIFICATE }, 'certificate must be a certificate and its key, PEM'],
  [
    'no root',
    { clients: { ...clients, root: null } },
    'clients must be a root and certificates, PEM',
  ],
  [
    'nobody',
    { clients: { ...clients, fingerprints: [] } },
    'fingerprints must be SHA-256, at least one',
  ],
  [
    'a way out of the matcher',
    { clients: { ...clients, fingerprints: ['a\n}'] } },
    'fingerprints must be SHA-256, at least one',
  ],
])('%s', (_, wrong, message) => {
  expect(read({ ...good, ...wrong })).toBe(message)
})

const tried = ['app', 'purge padlock-edge']
/** It is asked by the first two sites, and not by the next two; the last is the one before it again. */
test.each([
  ['the next update wants no login in front of the app', ['edge'], [...tried, 'app', 'app']],
  [
    'its removal fails twice',
    ['edge', 'fails-1', 'fails-2'],
    [...tried, 'said', ...tried, 'said', ...tried],
  ],
  ['the next update wants it', ['edge', 'padlock-edge_1_all.deb'], ['app', 'app', 'app']],
  ['it was never there', [], ['app', 'app', 'app']],
])('a site that asks it no more, where %s', (_, packages_, found) => {
  const program = `import json, os, sys, tempfile
sys.dont_write_bytecode = True
from types import SimpleNamespace
from padlock_release import site, store
folder = (held := tempfile.TemporaryDirectory()).name
for name in ('CADDYFILE', 'ACME_ROOT', 'CERTIFICATE', 'CLIENT_ROOT', 'CLIENTS', 'CLIENT_MATCHER', 'STAGED', 'LOADING'):
    setattr(site, name, os.path.join(folder, os.path.basename(getattr(site, name))))
site.WANTED, site.LOGIN = folder, os.path.join(folder, 'edge')
for name in sys.argv[1:]:
    open(os.path.join(folder, name), 'w').close()
site._ensure_running = lambda: None
site._load = lambda caddyfile: None
ran = []
fails = [name for name in sys.argv[1:] if name.startswith('fails')]
site.log.say = lambda text: ran.append('said' if 'padlock-edge stays' in text and 'E: locked' in text else text)
def run(words, **_):
    ran.append(' '.join(words[-2:]))
    if fails:
        fails.pop()
        return SimpleNamespace(returncode=100, stderr='E: locked')
    os.unlink(site.LOGIN)
    return SimpleNamespace(returncode=0, stderr='')
site.subprocess.run = run
for text in (site.EDGE, site.EDGE + ' again', site.APP, site.APP + ' again', site.APP + ' again'):
    ran.append(text.split('.')[0].split('/')[-1])
    site.apply(site.Site('a.example', text, None))
print(json.dumps(ran))
`
  const printed = execFileSync('python3', ['-c', program, ...packages_], { cwd: packages })
  expect(JSON.parse(printed.toString())).toEqual(['padlock-edge', 'padlock-edge', ...found])
})

test('ways to replicas that the next release makes lead to the live one before Caddy has them', () => {
  const program = `import json, os, sys, tempfile
sys.dont_write_bytecode = True
from padlock_release import site, store
folder = (held := tempfile.TemporaryDirectory()).name
for name in ('CADDYFILE', 'ACME_ROOT', 'CERTIFICATE', 'CLIENT_ROOT', 'CLIENTS', 'CLIENT_MATCHER', 'STAGED', 'LOADING'):
    setattr(site, name, os.path.join(folder, os.path.basename(getattr(site, name))))
store.ROOT, found = folder, []
def ways():
    return {number: store.current(number) for number in store.links()}
site._ensure_running = lambda: None
site._load = lambda caddyfile: found.append(ways())
def apply(count):
    names = ('current', 'current-2', 'current-3')[:count]
    site.apply(site.Site('a.example', ' '.join(f'unix//srv/app/{name}/app.sock' for name in names), None))
apply(3)
store.swap('a')
store.swap('a.2', 2)
apply(1)
apply(3)
os.unlink(store.link(3))
apply(2)
print(json.dumps([*found, ways()]))
`
  const printed = execFileSync('python3', ['-c', program], { cwd: packages })
  const [nothingLive, one, three, two, after] = JSON.parse(printed.toString())
  expect([nothingLive, one]).toEqual([{}, { 2: 'a.2' }])
  expect(three).toEqual({ 2: 'a.2', 3: 'a' })
  expect([two, after]).toEqual([{ 2: 'a.2' }, { 2: 'a.2' }])
})

test('what was cut short before Caddy had it is given to Caddy by the next try', () => {
  const program = `import json, os, sys, tempfile
sys.dont_write_bytecode = True
from padlock_release import site, store
folder = (held := tempfile.TemporaryDirectory()).name
for name in ('CADDYFILE', 'ACME_ROOT', 'CERTIFICATE', 'CLIENT_ROOT', 'CLIENTS', 'CLIENT_MATCHER', 'STAGED', 'LOADING'):
    setattr(site, name, os.path.join(folder, os.path.basename(getattr(site, name))))
loaded = []
site._ensure_running = lambda: None
def cut(caddyfile): raise KeyboardInterrupt
def clients(*names): return site.Clients('root', ' '.join(names), list(names))
def apply(*names):
    return site.apply(site.Site('a.example', 'text', None, None, clients(*names)))
site._load = loaded.append
said = [apply('alice', 'bob'), apply('alice', 'bob')]
site._load = cut
try:
    apply('bob')
except KeyboardInterrupt:
    said.append('cut')
site._load = loaded.append
said += [apply('bob'), apply('bob'), len(loaded), open(site.CLIENTS).read()]
print(json.dumps(said))
`
  const printed = execFileSync('python3', ['-c', program], { cwd: packages })
  expect(JSON.parse(printed.toString())).toEqual([true, false, 'cut', true, false, 2, 'bob'])
})
