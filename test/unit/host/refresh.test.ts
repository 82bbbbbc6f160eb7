/** How a host builds an image anew, and what it tells of the image that serves. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
const DIGEST = `sha256:${'b'.repeat(64)}`

/**
 * Runs Python in the release's own package; podman answers `answers`, by the beginning of its command,
 * else it fails, and `asked` is what it was asked.
 */
function python(code: string, answers: Record<string, string> = {}): unknown {
  const program = `
import json, sys
sys.dont_write_bytecode = True
from subprocess import CompletedProcess
from padlock_release import appuser, image, kept, manifest, origin, releases, store
given = json.load(sys.stdin)
asked = []
def run(*words, **_):
    asked.append(' '.join(words))
    for begins, answer in given.items():
        if asked[-1].startswith(begins):
            return CompletedProcess(words, 0, answer, '')
    return CompletedProcess(words, 1, '', 'no such image')
appuser.run = run
${code}`
  const input = JSON.stringify(answers)
  return JSON.parse(execFileSync('python3', ['-c', program], { cwd: packages, input }).toString())
}

const names = (...days: string[]) =>
  python(`
names = []
for day in json.loads('${JSON.stringify(days)}'):
    source = manifest.Archive('/a', 'a' * 64, None, day or None)
    names.append(image.reference(source))
print(json.dumps(names))`) as string[]

test('a refresh gives the image another name, and none leaves it as it was', () => {
  const [none, first, second, again] = names('', '2026-11-21', '2026-11-28', '2026-11-28')
  expect(new Set([none, first, second])).toHaveProperty('size', 3)
  expect(again).toBe(second)
  // The SHA-256 of `aaa… `, as before there were refreshes, begins like this.
  expect(none).toBe('localhost/app:c062d9a693ab')
})

const anew = (day: string, answers = {}) =>
  python(`print(json.dumps(image._anew(${day ? `'${day}'` : 'None'})))`, answers)

test('the first build of a refresh pulls the base and takes no layer of earlier builds', () => {
  expect(anew('')).toEqual([])
  const label = ['--label', 'padlock.refreshed=2026-11-28']
  expect(anew('2026-11-28', { 'podman images': '' })).toEqual([
    ...label,
    '--pull=always',
    '--no-cache',
  ])
  const built = { 'podman images --quiet --filter label=padlock.refreshed=2026-11-28': 'c0ffee\n' }
  expect(anew('2026-11-28', built)).toEqual(label)
})

const inspected = (more: object) =>
  JSON.stringify([{ Created: '2026-11-27T10:00:00.123456789+01:00', Annotations: null, ...more }])
const annotations = {
  'org.opencontainers.image.base.name': 'docker.io/library/python:3.13-slim',
  'org.opencontainers.image.base.digest': DIGEST,
}
const facts = (inspect: string, images?: object[]) =>
  python("print(json.dumps(origin.facts('localhost/app:1')))", {
    'podman image inspect localhost/app:1': inspect,
    ...(images && { [`podman images --filter digest=${DIGEST}`]: JSON.stringify(images) }),
  })

test('of an image that was built here: when, and on which base of which age', () => {
  const base = [{ Names: ['docker.io/library/python:3.13-slim'], Created: 1762992000 }]
  expect(facts(inspected({ Annotations: annotations }), base)).toEqual({
    built: '2026-11-27T09:00:00Z',
    base: {
      name: 'docker.io/library/python:3.13-slim',
      digest: DIGEST,
      created: '2025-11-13T00:00:00Z',
    },
  })
})

test.each<[string, object, object[] | undefined, object | null]>([
  ['no annotation', {}, [], null],
  [
    'a base that was pulled as a part of it',
    { Annotations: annotations },
    undefined,
    { name: 'docker.io/library/python:3.13-slim', digest: DIGEST, created: null },
  ],
  [
    'a short name, and a base from a build without a clock',
    { Annotations: { 'org.opencontainers.image.base.digest': DIGEST } },
    [{ Names: ['registry.example.com/base:1'], Created: 0 }],
    { name: 'registry.example.com/base:1', digest: DIGEST, created: null },
  ],
])('of an image with %s', (_, more, images, base) => {
  expect(facts(inspected(more), images)).toEqual({ built: '2026-11-27T09:00:00Z', base })
})

test('of an image that is not there, nothing; of one without a time, no time', () => {
  expect(python("print(json.dumps(origin.facts('localhost/app:1')))")).toBeNull()
  expect(facts(inspected({ Created: '0001-01-01T00:00:00Z' }))).toMatchObject({ built: null })
})

test('a manifest keeps the day of the refresh, and takes no other text for one', () => {
  const found = python(`
from padlock_release.failure import Failure
source = {'archive': '/var/lib/padlock/incoming/app-1.tar.gz', 'sha256': 'a' * 64, 'baseImage': None}
print_ = []
for day in ['2026-11-28', '28.11.2026', '']:
    try:
        print_.append(manifest._source({**source, 'refreshed': day}).refreshed)
    except Failure as failure:
        print_.append(str(failure))
print(json.dumps(print_))`)
  const wrong = 'refreshed must be a day, as in 2026-11-28'
  expect(found).toEqual(['2026-11-28', wrong, wrong])
})
