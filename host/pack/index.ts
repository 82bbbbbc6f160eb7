import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { backupFile, rebootFile, upgradesFile } from './night.ts'
import { type BuiltPackage, ensureApart, readPackage } from './package.ts'
import { clientDepends, clientFiles, postgresqlDepends, postgresqlFiles } from './postgresql.ts'

/** What differs from stack to stack in a host's software. */
export interface HostSoftware {
  ports: { ssh: number; http: number; https: number }
  /** Is there a login in front of the app? */
  edge?: boolean
  /** Do names lead to developers' computers? */
  tunnels?: boolean
  /** The name of the stack's volume; absent where there is none. */
  volume?: string
  /** The major version of PostgreSQL on the host; absent where there is none. */
  database?: string
  /** The same of a managed one that the host's app reaches. */
  managed?: string
  /** Are there backups of what is on the volume, or is one restored to it? */
  backups?: boolean
  /** Are there anonymised snapshots of its database, or does it begin with one? */
  seed?: boolean
  /** When a host may reboot by itself, hours and minutes in UTC. */
  rebootTime: string
  repository: {
    /** Armoured public key, or the https URL that the host fetches it from. */
    key: string
    /** 40 hexadecimal digits. */
    fingerprint: string
    /** The repository as apt reads it (sources.list(5)). */
    sources: string
  }
}

/** All packages of a host in one file, with their installer. */
export interface HostBundle {
  /** Path of the tar, relative to the project. */
  path: string
  /** SHA-256 of the file, hex; the same software gives the same digest on every computer. */
  sha256: string
  /** By the package's name; of each unit what happens to it and a hash of the files it reads. */
  packages: Record<string, { version: string; units: Record<string, string> }>
}

/** Packages and installer lie beside this folder. */
const HOST = join(import.meta.dirname, '..')
const CACHE = join('node_modules', '.cache', 'padlock')
/** Every host has these. */
const PACKAGES = ['padlock-base', 'padlock-host', 'padlock-proxy', 'padlock-app']

/** Packs the host's software: the same bytes for the same files and facts, on every computer. */
export async function hostBundle(facts: HostSoftware): Promise<HostBundle> {
  const version = projectVersion()
  const built = await Promise.all(
    [
      ...PACKAGES,
      ...(facts.edge ? ['padlock-edge'] : []),
      ...(facts.tunnels ? ['padlock-tunnels'] : []),
      ...(facts.volume ? ['padlock-volume'] : []),
      ...(facts.database ? ['padlock-database'] : []),
      ...(facts.managed ? ['padlock-managed'] : []),
      ...(facts.backups ? ['padlock-backup'] : []),
      ...(facts.seed ? ['padlock-seed'] : []),
    ].map((name) =>
      readPackage(join(HOST, name), {
        version,
        extra: extras(name, facts),
        depends: dependsOf(name, facts),
      }),
    ),
  )
  ensureApart(built)
  const installer = readFileSync(join(HOST, 'install'))
  const { tar, sha256 } = await bundle(built, installer, repositoryFiles(facts))
  return { path: store(tar, sha256), sha256, packages: Object.fromEntries(built.map(summary)) }
}

function projectVersion(): string {
  const path = join(HOST, '..', 'package.json')
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** What a package depends on beside the names in its control file. */
function dependsOf(name: string, { database = '', managed = '' }: HostSoftware): string[] {
  if (name === 'padlock-database') return postgresqlDepends(database)
  return name === 'padlock-managed' ? clientDepends(managed) : []
}

/** The files of a package that differ from stack to stack. */
function extras(name: string, facts: HostSoftware) {
  if (name === 'padlock-base') return [portsFile(facts)]
  if (name === 'padlock-volume') return [mountFile(facts)]
  if (name === 'padlock-managed') return clientFiles(facts.managed ?? '', facts.database)
  if (name === 'padlock-database')
    return [upgradesFile(facts.rebootTime), ...postgresqlFiles(facts.database ?? '')]
  if (name === 'padlock-backup') return [backupFile(facts.rebootTime)]
  return name === 'padlock-host' ? [rebootFile(facts.rebootTime)] : []
}

function portsFile({ ports }: HostSoftware) {
  const lines = Object.entries(ports).map(([name, port]) => `define ${name}_port = ${port}\n`)
  return { path: 'usr/lib/padlock/ports.nft', content: Buffer.from(lines.join('')) }
}

/**
 * A link that udev makes of the name (systemd.mount(5), nofail: a boot goes on without it). It is
 * wanted by the boot and not ordered before it.
 */
function mountFile({ volume }: HostSoftware) {
  const device = `/dev/disk/by-id/scsi-0DO_Volume_${volume}`
  const check = `systemd-fsck@${escaped(device)}.service`
  const text = [
    '[Unit]',
    'Description=Volume of the stack, which outlives the droplet',
    // What is let go of is about to be another host's.
    'ConditionPathExists=!/var/lib/padlock/volume-let-go',
    // As systemd does it for a line of fstab with a pass (systemd-fsck@.service(8)).
    `Wants=${check}`,
    `After=${check}`,
    '',
    '[Mount]',
    `What=${device}`,
    'Where=/srv/volume',
    'Type=ext4',
    // The app's files: no device, nobody else's rights.
    'Options=nofail,noatime,nosuid,nodev',
    '',
    '[Install]',
    'WantedBy=local-fs.target',
    '',
  ]
  return {
    path: 'usr/lib/systemd/system/srv-volume.mount',
    content: Buffer.from(text.join('\n')),
  }
}

/** A path in a unit's name (systemd-escape(1), --path); names of volumes have letters, digits and hyphens. */
const escaped = (path: string) => path.slice(1).replaceAll('-', '\\x2d').replaceAll('/', '-')

function repositoryFiles({ repository }: HostSoftware) {
  const { key, fingerprint, sources } = repository
  const file = (name: string, text: string) => ({
    path: `repository/${name}`,
    content: Buffer.from(text),
  })
  return [
    file('caddy.sources', sources),
    file('fingerprint', `${fingerprint.toUpperCase()}\n`),
    key.startsWith('https:')
      ? file('key-url', `${key}\n`)
      : file('caddy.asc', `${key.trimEnd()}\n`),
  ]
}

function summary({ name, version, units }: BuiltPackage) {
  const actions: Record<string, string> = {}
  for (const { unit, action, sha256 } of units) {
    const text = `${action} ${sha256}`
    actions[unit] = actions[unit] ? `${actions[unit]}, ${text}` : text
  }
  return [name, { version, units: actions }]
}

/** The path says what is in the file, and a rename never shows half of it. */
function store(bytes: Buffer, sha256: string): string {
  mkdirSync(CACHE, { recursive: true })
  const path = join(CACHE, `host-${sha256}.tar`)
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, bytes)
  renameSync(temporary, path)
  return path
}
