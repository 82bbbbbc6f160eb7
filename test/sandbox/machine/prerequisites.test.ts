import type { System } from '../../../sandbox/prerequisites/system.ts'
import { ensureDiskSpace, ensurePrerequisites } from '../../../sandbox/prerequisites.ts'

/** A computer that has the named programs and notes the commands that are run on it. */
function computer(
  has: string[],
  more: Partial<System> & { packages?: Record<string, string> } = {},
) {
  const programs = new Set(has)
  const commands: string[] = []
  const system: System = {
    isRoot: false,
    which: async (program) => (programs.has(program) ? `/usr/bin/${program}` : undefined),
    async run(command) {
      commands.push(command.join(' '))
      if (command.includes('install')) {
        for (const name of command) {
          const program = more.packages?.[name]
          if (program) programs.add(program)
        }
      }
      return { code: 0, output: 'E: Unable to locate package' }
    },
    freeBytes: async () => undefined,
    ...more,
  }
  return { system, commands }
}

const QEMU = { 'qemu-system-x86': 'qemu-system-x86_64', 'qemu-utils': 'qemu-img' }
const silent = () => {}

test('nothing is run where nothing is missing', async () => {
  const { system, commands } = computer(['qemu-system-x86_64', 'qemu-img', 'xorriso'])
  await ensurePrerequisites(['qemu', 'iso'], silent, system)
  expect(commands).toEqual([])
})

test('root installs what is missing, and only that, by one call of apt-get', async () => {
  const { system, commands } = computer(['apt-get', 'pebble'], { isRoot: true, packages: QEMU })
  const said: string[] = []
  await ensurePrerequisites(['qemu', 'pebble'], (line) => said.push(line), system)
  const apt = 'env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120'
  expect(commands).toEqual([
    `${apt} update -qq`,
    `${apt} install -y --no-install-recommends qemu-system-x86 qemu-utils`,
  ])
  expect(said).toEqual(['installing qemu-system-x86, qemu-utils'])
})

test('a sudo without a password is as good as root', async () => {
  const { system, commands } = computer(['apt-get', 'sudo'], { packages: QEMU })
  await ensurePrerequisites(['qemu'], silent, system)
  expect(commands[0]).toBe('sudo -n true')
  expect(commands[2]).toMatch(/^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get .* install -y /)
})

test('where nothing can be installed the error has the command for each system', async () => {
  const { system, commands } = computer(['python3', 'brew'])
  await expect(
    ensurePrerequisites(['qemu', 'pebble', 'mmdebstrap'], silent, system),
  ).rejects.toThrow(
    `This computer lacks qemu (runs the droplets), pebble (the certificate authority for tests), \
mmdebstrap (builds the droplets' base image); they are installed by themselves only where there is apt-get.
Install what is missing and try again:
  Debian, Ubuntu
    sudo apt-get update && sudo apt-get install -y --no-install-recommends qemu-system-x86 qemu-utils pebble mmdebstrap debian-archive-keyring e2fsprogs uidmap
  Fedora
    sudo dnf install -y qemu-system-x86-core qemu-img mmdebstrap debian-keyring e2fsprogs shadow-utils
    go install github.com/letsencrypt/pebble/v2/cmd/pebble@latest
  macOS
    brew install qemu
    go install github.com/letsencrypt/pebble/v2/cmd/pebble@latest
    # mmdebstrap runs on Linux only: use a Linux virtual machine (colima, lima, UTM)`,
  )
  expect(commands).toEqual([])
})

test('a sudo that asks for a password is told from a system without apt-get', async () => {
  const { system } = computer(['apt-get', 'sudo'], { run: async () => ({ code: 1, output: '' }) })
  await expect(ensurePrerequisites(['iso'], silent, system)).rejects.toThrow(
    "iso (writes the droplets' config drive); installing them takes root and sudo asks for a password here.",
  )
})

test('an installation that fails says why', async () => {
  const { system } = computer(['apt-get'], { isRoot: true })
  await expect(ensurePrerequisites(['pebble'], silent, system)).rejects.toThrow(
    'lacks pebble (the certificate authority for tests); apt-get ended with code 0:\nE: Unable to locate package',
  )
})

test('a program that is there and does not work is missing', async () => {
  const { system, commands } = computer(['python3', 'apt-get'], {
    isRoot: true,
    run: async (command) => {
      commands.push(command.join(' '))
      return { code: command[0] === 'python3' ? 1 : 0, output: '' }
    },
  })
  await expect(ensurePrerequisites(['python-venv'], silent, system)).rejects.toThrow('python3-venv')
  expect(commands).toContain('python3 -c import ensurepip, venv')
})

test('what brings a service along is installed without it', async () => {
  const { system, commands } = computer(['apt-get', 'psql'], {
    isRoot: true,
    packages: { pgbouncer: 'pgbouncer' },
  })
  await ensurePrerequisites(['postgresql', 'pgbouncer'], silent, system)
  expect(commands.at(-1)).toMatch(
    /^env DEBIAN_FRONTEND=noninteractive \/.*\/without-services pgbouncer -- apt-get .* install -y --no-install-recommends pgbouncer$/,
  )
  const none = computer([])
  await expect(ensurePrerequisites(['postgresql'], silent, none.system)).rejects.toThrow(
    /sudo apt-get update && sudo \/.*\/without-services postgresql -- apt-get install -y .* postgresql\n/,
  )
})

test('disk space is looked up where the folder will be made', async () => {
  const free: Record<string, number> = { '/data': 3.5 * 1024 ** 3 }
  const { system } = computer([], { freeBytes: async (folder) => free[folder] })
  await expect(ensureDiskSpace('/data/new/cache', 6, system)).rejects.toThrow(
    '/data/new/cache needs 6 GiB of free disk space and has 3.5 GiB: make room, or put it on another disk',
  )
  await ensureDiskSpace('/data/new/cache', 3, system)
})
