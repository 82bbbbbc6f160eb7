import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const APP = join(import.meta.dirname, '../../app')

/** Makes an environment in a second, as `python -m venv` would; fails where another is being made. */
const PYTHON = `#!/bin/sh
[ "$1" = -c ] && exec python3 "$@"
mkdir .venv || exit 1
echo made >> made
sleep 1
mkdir .venv/bin
for name in python ruff; do printf '#!/bin/sh\\n' > .venv/bin/$name; chmod +x .venv/bin/$name; done
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-tests-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('test runs that begin beside each other make the environment once', async () => {
  for (const file of ['run-tests', 'requirements-dev.lock']) {
    copyFileSync(join(APP, file), join(folder, file))
  }
  mkdirSync(join(folder, 'bin'))
  const python = join(folder, 'bin/python')
  writeFileSync(python, PYTHON)
  chmodSync(python, 0o755)
  const run = () =>
    promisify(execFile)(join(folder, 'run-tests'), { env: { ...process.env, PYTHON: python } })
  const first = run()
  await sleep(300)
  await Promise.all([first, run(), run()])
  expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('made\n')
})
