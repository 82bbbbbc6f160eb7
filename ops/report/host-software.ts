import { compare, componentOf, type Resource, within } from './resources.ts'

/** What becomes of the packages on the host, and what of its units. */
export interface HostSoftware {
  /** Sorted by name; those that stay as they are left out. */
  packages: PackageChange[]
  /** Units of a running host that restart or reload; none on a droplet that is new itself. */
  units: UnitChange[]
  /** False where a new droplet gets the packages at its first start. */
  dropletStays: boolean
}

export interface PackageChange {
  name: string
  /** Absent for what is installed. */
  before?: string
  /** Absent for what is purged. */
  after?: string
}

export interface UnitChange {
  unit: string
  action: 'restart' | 'reload'
  /** Visitors notice: the unit restarts, and it is the proxy or runs the app. */
  interrupts: boolean
}

/** The input `packages` of components/packages.ts; of a unit the action and a hash of its files. */
type Packages = Record<string, { version: string; units?: Record<string, string> }>

/** What stands between visitors and the app: the proxy, and the manager of the app's user. */
const SERVING = /^(caddy\.service|user@\d*\.service)$/

/**
 * What a change does to the host's packages; undefined where it does nothing, or where everything
 * goes with the host.
 */
export function hostSoftware(all: Resource[]): HostSoftware | undefined {
  const component = componentOf(all, 'Packages')
  if (!component?.new) return undefined
  // The bundle's digest stands in the command: apt's source or the installer alone is another one.
  const delivered = all.some(
    (one) =>
      within(one) === 'Packages' && one.operation === 'update' && one.reasons.includes('create'),
  )
  const [before, after] = [packagesOf(component.old), packagesOf(component.new)]
  const packages = packageChanges(before, after)
  if (packages.length === 0 && !delivered) return undefined
  const dropletStays = all.some(
    ({ kind, operation }) =>
      kind === 'Droplet' && !['create', 'replace', 'delete'].includes(operation),
  )
  const runs = dropletStays && component.old !== undefined
  return { packages, units: runs ? unitChanges(before, after) : [], dropletStays }
}

function packagesOf(inputs: Resource['old']): Packages {
  return (inputs?.packages ?? {}) as Packages
}

function packageChanges(before: Packages, after: Packages): PackageChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compare)
  return names
    .map((name) => ({
      name,
      ...(before[name] && { before: before[name].version }),
      ...(after[name] && { after: after[name].version }),
    }))
    .filter((one) => one.before !== one.after)
}

/** A unit acts where a package says something of it that none said before (host/, apply-units). */
function unitChanges(before: Packages, after: Packages): UnitChange[] {
  const known = new Set(lines(before).map(({ line }) => line))
  const actions = new Map<string, UnitChange['action']>()
  for (const { unit, action, line } of lines(after)) {
    if (known.has(line) || (action !== 'restart' && action !== 'reload')) continue
    // Two packages may speak of one unit; a restart covers a reload.
    if (actions.get(unit) !== 'restart') actions.set(unit, action)
  }
  return [...actions]
    .sort(([a], [b]) => compare(a, b))
    .map(([unit, action]) => ({
      unit,
      action,
      interrupts: action === 'restart' && SERVING.test(unit),
    }))
}

function lines(packages: Packages): { unit: string; action: string; line: string }[] {
  return Object.values(packages).flatMap(({ units = {} }) =>
    Object.entries(units).map(([unit, text]) => ({
      unit,
      action: text.split(' ')[0] ?? '',
      line: `${unit} ${text}`,
    })),
  )
}

/** `padlock-host: 0.1.0+1a2b3c4d5e6f → 0.1.0+0f1e2d3c4b5a`. */
export function packageInWords({ name, before, after }: PackageChange): string {
  if (before === undefined) return `${name}: ${after} installed`
  return after === undefined ? `${name}: ${before} purged` : `${name}: ${before} → ${after}`
}

/** `restarts caddy.service (which visitors notice)`. */
export function unitInWords({ unit, action, interrupts }: UnitChange): string {
  return `${action}s ${unit}${interrupts ? ' (which visitors notice)' : ''}`
}

/** Whether the droplet stays, as a sentence without a full stop. */
export function dropletInWords({ dropletStays, units }: HostSoftware): string {
  if (!dropletStays) return 'The packages come with the new droplet'
  return units.length > 0
    ? 'The droplet stays'
    : 'The droplet stays, and no unit restarts or reloads'
}
