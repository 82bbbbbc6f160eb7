/** One thing that `make test` runs. */
export interface Suite {
  name: string
  /** What it needs installed, by the names of sandbox/prerequisites.ts. */
  needs: string[]
  commands: Command[]
}

export interface Command {
  argv: string[]
  /** How its result is counted: a runner's own count, or one check that passes with exit code 0. */
  count: 'jest' | 'pytest' | 'check'
  environment?: Record<string, string>
}

const jest = (...folders: string[]): Command => ({
  argv: ['node_modules/.bin/jest', ...folders],
  count: 'jest',
})
const check = (...argv: string[]): Command => ({ argv, count: 'check' })

/** Cheap ones first, so that a slip shows in seconds. */
export const suites: Suite[] = [
  {
    name: 'lint',
    needs: ['shellcheck', 'lintian'],
    commands: [
      check('node_modules/.bin/biome', 'check', '--error-on-warnings', '.'),
      check('node_modules/.bin/tsc', '--noEmit'),
      check('test/linters/shell'),
      check('node_modules/.bin/node', 'test/linters/packages.ts'),
      check('node_modules/.bin/node', 'test/linters/workflows.ts'),
      check('node_modules/.bin/depcruise', '--config', 'dependency-cruiser.config.js', '.'),
    ],
  },
  { name: 'unit', needs: ['cloud-init', 'shellcheck', 'dpkg-deb'], commands: [jest('test/unit')] },
  { name: 'github', needs: [], commands: [jest('test/github')] },
  { name: 'app', needs: ['python-venv'], commands: [{ argv: ['app/run-tests'], count: 'pytest' }] },
  {
    name: 'sandbox',
    needs: ['pebble', 'gpg', 'go', 'qemu', 'mmdebstrap', 'iso', 'ssh'],
    commands: [jest('test/sandbox')],
  },
  { name: 'toolchain', needs: ['go'], commands: [jest('test/toolchain')] },
  { name: 'engine', needs: ['go'], commands: [jest('test/engine', '--maxWorkers=2')] },
  {
    name: 'e2e',
    needs: ['qemu', 'mmdebstrap', 'iso', 'pebble', 'gpg', 'chromium', 'certutil', 'go', 'ssh'],
    commands: [jest('test/e2e')],
  },
]
