import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { newFolder } from './fixture.ts'

const RELEASE = '3f2a9c01d2e4'
/** Of a release: its app, a replica, a worker, a job, and what runs before it. */
const UNITS = ['', '.2', '-worker', '-job', '-release', '-seed'].map(
  (end) => `app-${RELEASE}${end}.service`,
)

/**
 * Which of the app's units systemd starts below a drop-in of theirs, without a mark and with it.
 * systemd.unit(5): a drop-in of `app-.service` is one of every unit whose name begins with it.
 * @param dropIn its file
 * @param mark its path on a host, which the drop-in must name
 */
export function heldUnits(dropIn: string, mark: string) {
  const folder = newFolder()
  const kept = join(folder, 'mark')
  const text = readFileSync(dropIn, 'utf8')
  if (!text.includes(`ConditionPathExists=!${mark}\n`)) {
    throw new Error(`${dropIn} does not look for ${mark}`)
  }
  const files = Object.fromEntries(UNITS.map((name) => [name, '[Service]\nExecStart=/bin/true\n']))
  files['app-.service.d/padlock.conf'] = text.replace(mark, kept)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'units', name)), { recursive: true })
    writeFileSync(join(folder, 'units', name), content)
  }
  const starts = (name: string) => {
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}/units:`, XDG_RUNTIME_DIR: folder }
    const words = ['--user', 'condition', `--unit=${name}`]
    const { stderr, status } = spawnSync('systemd-analyze', words, { encoding: 'utf8', env })
    if (!/^Conditions (succeeded|failed)\.$/m.test(stderr)) throw new Error(stderr)
    return status === 0
  }
  const free = UNITS.filter(starts)
  writeFileSync(kept, '')
  const held = UNITS.filter(starts)
  return { all: UNITS, free, held }
}
