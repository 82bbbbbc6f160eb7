import { dirname, join, resolve } from 'node:path'
import { PREREQUISITES, type Prerequisite } from './prerequisites/catalogue.ts'
import { type System, thisSystem } from './prerequisites/system.ts'

export type { Prerequisite } from './prerequisites/catalogue.ts'

/** Disk space that the sandbox takes with its caches and one machine. */
const DISK_GIB = 6

const APT_INSTALL = ['install', '-y', '--no-install-recommends']
/** Another apt-get at work is waited for. */
const APT_WAIT = ['-o', 'DPkg::Lock::Timeout=120']
const WITHOUT_SERVICES = join(import.meta.dirname, 'prerequisites', 'without-services')

/**
 * Sees to it that the programs of the named prerequisites are there: installs them where apt-get
 * and root's rights (or a sudo that asks for no password) are at hand.
 * @throws Error with the commands that install them on Debian and Ubuntu, Fedora and macOS
 */
export async function ensurePrerequisites(
  what: Prerequisite[],
  progress: (message: string) => void = () => {},
  system: System = thisSystem,
): Promise<void> {
  const missing = await missingOf(what, system)
  if (missing.length === 0) return
  const root = await rootPrefix(system)
  if (root === undefined) throw new Error(howTo(missing, await why(system)))
  const packages = packagesOf(missing, 'apt')
  progress(`installing ${packages.join(', ')}`)
  const environment = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive']
  const apt = ['apt-get', ...APT_WAIT]
  // Lists that are a little old are better than none: only the installation must succeed.
  await system.run([...environment, ...apt, 'update', '-qq'])
  const installing = [...withoutServices(missing), ...apt, ...APT_INSTALL, ...packages]
  const { code, output } = await system.run([...environment, ...installing])
  const still = await missingOf(missing, system)
  if (still.length === 0) return
  const end = output.trim().split('\n').slice(-5).join('\n')
  throw new Error(howTo(still, `apt-get ended with code ${code}:\n${end}`))
}

/** @throws Error that names the folder and both figures if its disk has less than `gib` free */
export async function ensureDiskSpace(
  folder: string,
  gib = DISK_GIB,
  system: System = thisSystem,
): Promise<void> {
  let existing = resolve(folder)
  let free = await system.freeBytes(existing)
  while (free === undefined && dirname(existing) !== existing) {
    existing = dirname(existing)
    free = await system.freeBytes(existing)
  }
  if (free === undefined || free >= gib * 1024 ** 3) return
  throw new Error(
    `${folder} needs ${gib} GiB of free disk space and has ${(free / 1024 ** 3).toFixed(1)} GiB: ` +
      'make room, or put it on another disk',
  )
}

async function missingOf(what: Prerequisite[], system: System): Promise<Prerequisite[]> {
  const there = await Promise.all(what.map((each) => isThere(each, system)))
  return what.filter((_, n) => !there[n])
}

async function isThere(name: Prerequisite, system: System): Promise<boolean> {
  const { programs, check } = PREREQUISITES[name]
  for (const choices of programs) {
    const found = await Promise.all(choices.map((program) => system.which(program)))
    if (!found.some(Boolean)) return false
  }
  return check === undefined || (await system.run(check)).code === 0
}

/** What to put in front of a command so that root runs it; undefined if nothing will do. */
async function rootPrefix(system: System): Promise<string[] | undefined> {
  if (!(await system.which('apt-get'))) return undefined
  if (system.isRoot) return []
  if (!(await system.which('sudo'))) return undefined
  return (await system.run(['sudo', '-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined
}

async function why(system: System): Promise<string> {
  return (await system.which('apt-get'))
    ? 'installing them takes root and sudo asks for a password here'
    : 'they are installed by themselves only where there is apt-get'
}

type Manager = 'apt' | 'dnf' | 'brew'

function packagesOf(names: Prerequisite[], manager: Manager): string[] {
  return [...new Set(names.flatMap((name) => PREREQUISITES[name][manager] ?? []))]
}

/** What to put in front of an installation so that the services that it brings along do not run. */
function withoutServices(names: Prerequisite[]): string[] {
  const services = names.flatMap((name) => PREREQUISITES[name].services ?? [])
  return services.length > 0 ? [WITHOUT_SERVICES, ...services, '--'] : []
}

function howTo(missing: Prerequisite[], reason: string): string {
  const names = missing.map((each) => `${each} (${PREREQUISITES[each].what})`)
  const command = (title: string, manager: Manager, install: string) => {
    const packages = packagesOf(missing, manager)
    const lines = packages.length > 0 ? [`${install} ${packages.join(' ')}`] : []
    for (const each of missing.filter((name) => !PREREQUISITES[name][manager])) {
      lines.push(PREREQUISITES[each].otherwise ?? `# no package of ${each}: see its own site`)
    }
    return `  ${title}\n${[...new Set(lines)].map((line) => `    ${line}`).join('\n')}`
  }
  return [
    `This computer lacks ${names.join(', ')}; ${reason}.`,
    'Install what is missing and try again:',
    command(
      'Debian, Ubuntu',
      'apt',
      [
        'sudo apt-get update && sudo',
        ...withoutServices(missing),
        'apt-get install -y --no-install-recommends',
      ].join(' '),
    ),
    command('Fedora', 'dnf', 'sudo dnf install -y'),
    command('macOS', 'brew', 'brew install'),
  ].join('\n')
}
