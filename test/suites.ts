import { availableParallelism } from 'node:os'
import type { Command } from './runner/command.ts'

/** One thing that `make test` runs. */
export interface Suite {
  name: string
  /** Steps that must have succeeded before. */
  after: StepName[]
  /** Run by `SUITES=long` or by its own name only. */
  long?: boolean
  /** Runs when all before it are done, and nothing beside it. */
  alone?: boolean
  commands: Command[]
}

/** What is made ready before suites run; steps.ts has them. */
export type StepName =
  | 'tools'
  | 'database tools'
  | 'lint tools'
  | 'machine tools'
  | 'example tools'
  | 'engine'
  | 'object storage'
  | 'base image'

/**
 * Most tests wait for processes, retries and handshakes more than they compute.
 * @param workers processes that run test files, per cent of the cores; Jest takes the 200 of `200%` for a
 *   number, and starts them all
 * @param variables of the environment, as env(1) takes them
 */
const jestOn = (path: string, workers: number, variables: string[] = []): Command => ({
  argv: [
    ...(variables.length > 0 ? ['env', ...variables] : []),
    ...['node_modules/.bin/jest', path],
    `--maxWorkers=${Math.max(1, Math.floor((workers / 100) * availableParallelism()))}`,
  ],
  count: 'jest',
})
const check = (...argv: string[]): Command => ({ argv, count: 'check' })

/** In the order of their start, as far as `after` and `alone` allow. */
export const suites: Suite[] = [
  {
    name: 'lint',
    after: ['tools', 'lint tools'],
    commands: [
      check('node_modules/.bin/biome', 'check', '--error-on-warnings', '.'),
      check('node_modules/.bin/tsc', '--noEmit'),
      check('test/linters/shell'),
      check('node_modules/.bin/node', 'test/linters/packages.ts'),
      check('node_modules/.bin/node', 'test/linters/python.ts'),
      check('node_modules/.bin/node', 'test/linters/workflows.ts'),
      check('node_modules/.bin/depcruise', '--config', 'dependency-cruiser.config.js', '.'),
    ],
  },
  { name: 'github', after: [], commands: [jestOn('test/github', 200)] },
  {
    name: 'unit',
    after: ['tools', 'database tools'],
    commands: [jestOn('test/unit', 100)],
  },
  {
    name: 'app',
    after: ['tools', 'database tools'],
    commands: [{ argv: ['app/run-tests'], count: 'pytest' }],
  },
  { name: 'examples', after: ['tools'], commands: [jestOn('test/examples', 100)] },
  {
    name: 'sandbox',
    after: ['tools', 'database tools', 'machine tools', 'object storage', 'base image'],
    commands: [jestOn('test/sandbox', 100)],
  },
  {
    name: 'toolchain',
    after: ['tools', 'engine', 'object storage'],
    commands: [jestOn('test/toolchain', 150)],
  },
  {
    name: 'engine',
    after: ['tools', 'database tools', 'engine'],
    commands: [jestOn('test/engine', 150)],
  },
  {
    name: 'e2e',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    // Its machines use all cores, and it measures how long users wait.
    alone: true,
    commands: [jestOn('test/e2e', 50)],
  },
  {
    name: 'machines',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/machines', 50)],
  },
  {
    name: 'apps',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/apps', 50)],
  },
  {
    name: 'ways',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/ways', 50)],
  },
  {
    name: 'volume',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/volume', 50)],
  },
  {
    name: 'data',
    after: ['tools', 'machine tools', 'engine', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/data.test', 50)],
  },
  {
    name: 'data-move',
    after: [
      ...(['tools', 'database tools', 'machine tools', 'engine'] as const),
      ...(['object storage', 'base image'] as const),
    ],
    long: true,
    alone: true,
    commands: [jestOn('test/long/data.move', 50)],
  },
  {
    name: 'data-elsewhere',
    after: ['tools', 'machine tools', 'engine', 'object storage', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/data.elsewhere', 50)],
  },
  {
    name: 'data-kills',
    after: ['tools', 'database tools', 'object storage'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/data.kills', 100, ['PADLOCK_HOSTS_PROGRAMS=1'])],
  },
  {
    name: 'drill',
    after: ['tools', 'machine tools', 'engine', 'object storage', 'base image'],
    long: true,
    alone: true,
    commands: [jestOn('test/long/drill', 50)],
  },
  {
    // Backups, PostgreSQL and S3 of this computer, in folders.
    name: 'restores',
    after: ['tools', 'database tools', 'object storage'],
    long: true,
    commands: [jestOn('test/long/restores', 100)],
  },
  {
    // The tests of backups once more, with PostgreSQL, pgBackRest and restic as the hosts have them.
    name: 'hosts-programs',
    after: ['tools', 'database tools', 'object storage'],
    long: true,
    commands: [jestOn('test/sandbox/backups', 100, ['PADLOCK_HOSTS_PROGRAMS=1'])],
  },
  {
    name: 'hand-over',
    after: ['tools', 'database tools', 'engine'],
    long: true,
    commands: [jestOn('test/long/(killed-hand-over|moved-rows)', 100)],
  },
  {
    name: 'many-environments',
    after: ['tools', 'engine'],
    long: true,
    commands: [jestOn('test/long/(many-environments|renamed)', 100)],
  },
  {
    // They wait for the time to live of records, for a delegation, or for a host that is gone.
    name: 'moving-records',
    after: ['tools', 'engine'],
    long: true,
    commands: [jestOn('test/long/(delegation|own-address|moved-record|lost-host)', 100)],
  },
  {
    name: 'more-examples',
    after: ['tools', 'example tools'],
    long: true,
    commands: [jestOn('test/long/examples', 50)],
  },
  {
    // Containers of this computer, by Podman.
    name: 'compose',
    after: ['tools', 'machine tools'],
    long: true,
    commands: [jestOn('test/long/compose', 100)],
  },
  {
    name: 'serving',
    after: ['tools', 'machine tools'],
    long: true,
    commands: [jestOn('test/long/serving', 100)],
  },
  {
    // It builds oauth2-proxy, if nothing has this month.
    name: 'edge',
    after: ['tools', 'machine tools', 'example tools'],
    long: true,
    commands: [jestOn('test/long/edge', 100)],
  },
  {
    name: 'campaign',
    after: ['tools', 'engine'],
    long: true,
    commands: [jestOn('test/long/campaign', 100)],
  },
]

/**
 * The suites with these names; `long` stands for all long ones, none for all others.
 * @throws Error that names the unknown ones and lists those that there are
 */
export function chosenSuites(names: string[]): Suite[] {
  const unknown = names.filter((name) => name !== 'long' && !suites.some((s) => s.name === name))
  if (unknown.length > 0) {
    const known = ['long', ...suites.map(({ name }) => name)].join(', ')
    throw new Error(`no suite is called ${unknown.join(', ')}; there are: ${known}`)
  }
  if (names.length === 0) return suites.filter(({ long }) => !long)
  return suites.filter(({ name, long }) => names.includes(name) || (long && names.includes('long')))
}
