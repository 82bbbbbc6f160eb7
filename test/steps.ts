import { join } from 'node:path'
import { ensureBaseImage } from '../sandbox/machine/base-image.ts'
import { ensurePrerequisites, type Prerequisite } from '../sandbox/prerequisites.ts'
import { ensureGateway } from '../sandbox/spaces/gateway/program.ts'
import { ensureToolchain } from '../sandbox/toolchain/index.ts'
import { Turns } from '../sandbox/turns.ts'
import { root } from './runner/command.ts'
import type { StepName } from './suites.ts'

export interface Step {
  name: StepName
  after: StepName[]
  run(progress: (message: string) => void): Promise<unknown>
}

const cache = process.env.PADLOCK_CACHE ?? join(root, '.sandbox', 'cache')

/** One apt-get at a time: a second one may find the lists of packages locked (apt-get(8), update). */
const turns = new Turns<'apt'>()
const install =
  (...what: Prerequisite[]): Step['run'] =>
  (progress) =>
    turns.take('apt', () => ensurePrerequisites(what, progress))

/** What the engine's build needs is installed first. */
export const steps: Step[] = [
  {
    name: 'tools',
    after: [],
    run: install(
      ...(['go', 'shellcheck', 'cloud-init', 'python-venv'] as const),
      ...(['ssh', 'dpkg-deb', 'systemd'] as const),
    ),
  },
  {
    name: 'database tools',
    after: ['tools'],
    run: install('postgresql', 'pgbouncer', 'pgbackrest', 'restic', 'python-venv'),
  },
  {
    name: 'lint tools',
    after: ['tools'],
    run: install('lintian'),
  },
  {
    name: 'machine tools',
    after: ['lint tools'],
    run: install('mmdebstrap', 'qemu', 'iso', 'pebble', 'gpg', 'chromium', 'certutil'),
  },
  {
    name: 'example tools',
    after: ['machine tools'],
    run: install('maven', 'rails'),
  },
  {
    name: 'engine',
    after: ['tools'],
    run: async (progress) => {
      const home = join(root, '.sandbox', 'pulumi')
      progress((await ensureToolchain({ home, cache, progress })).summary)
    },
  },
  {
    name: 'object storage',
    after: ['tools'],
    run: (progress) => ensureGateway(cache, progress),
  },
  {
    name: 'base image',
    after: ['machine tools'],
    run: (progress) => ensureBaseImage(cache, progress),
  },
]
