import { DEBIAN_VERSION } from '../../config/database/local.ts'
import { ask, outputsOf } from '../cli/login.ts'
import { localDatabaseVersion } from '../engine/local-database.ts'
import type { StateResource } from '../engine/state.ts'
import type { Context } from '../environments/context.ts'
import { down } from '../environments/down.ts'
import { keep } from '../environments/receipt.ts'
import { readTemplate } from '../environments/settings.ts'
import { up } from '../environments/up.ts'
import type { DrillOptions, DrillSteps } from './drill.ts'
import { DEFAULT_SIZE, type Size, sizeIn } from './drill-size.ts'
import { BACKUPS, orderedOf } from './ordered.ts'
import { sourceForDrill } from './reader.ts'
import { DATABASE_LABEL, restoreStack } from './restore.ts'
import { type Source, sourceOf } from './source.ts'

/** The component of a bucket in Spaces (components/backups). */
const SPACES = 'padlock:index:SpacesBackups'
const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'
const VOLUME = 'digitalocean:index/volume:Volume'

/** What of a stack a drill must know. */
export interface Drilled {
  /** GiB. */
  volume: number
  database: boolean
  files: boolean
  /** Is the database a managed one, whose dump goes into the environment's own? */
  managed: boolean
  /** Major version of the database that reads its backups; undefined where none is backed up. */
  version?: string | undefined
  /** In a bucket of Spaces, which a host reaches as it is. */
  inSpaces: boolean
}

/**
 * Reads a stack's state.
 * @param label of the backup that is tried; undefined for the newest of what the app uses
 * @throws Error if it makes no backups that a drill could try, or an older program made it
 */
export function drilled(stack: string, resources: StateResource[], label?: string): Drilled {
  const sizes = resources.filter(({ type }) => type === VOLUME).map(({ inputs }) => inputs?.size)
  // While it is replaced it is there twice.
  const volume = Math.max(0, ...sizes.map(Number))
  if (!resources.some(({ type }) => type === BACKUPS)) throw new Error(noBackups(stack))
  const ordered = orderedOf(resources)
  if (volume === 0 || ordered === undefined) {
    throw new Error(
      `nothing tells what the stack ${stack} backs up: an older program made it. Fix: pulumi up --stack ${stack}`,
    )
  }
  const { files, managed } = ordered
  const isNamed = label !== undefined && DATABASE_LABEL.test(label)
  const local = ordered.database && (isNamed || !ordered.beside)
  const dump = managed && !isNamed
  if (!local && !dump && !files) throw new Error(nothingToTry(stack))
  const version = local ? localDatabaseVersion(resources) : dump ? versionFor(resources) : undefined
  const inSpaces = resources.some(({ type }) => type === SPACES)
  return {
    // Its rows are on no volume of the stack.
    volume: dump ? Math.max(volume, storageOf(resources)) : volume,
    ...{ database: local || dump, managed: dump, files, version, inSpaces },
  }
}

/** Of the databases that a host may have the oldest that reads a dump of the cluster. */
function versionFor(resources: StateResource[]): string {
  const { version } = resources.find(({ type }) => type === CLUSTER)?.outputs ?? {}
  return Number(version) > Number(DEBIAN_VERSION) ? `${version}` : DEBIAN_VERSION
}

/** GiB. */
function storageOf(resources: StateResource[]): number {
  const { storageSizeMib } = resources.find(({ type }) => type === CLUSTER)?.outputs ?? {}
  return Math.ceil((Number(storageSizeMib) || 0) / 1024)
}

/** What a drill says of such a stack, which is no failure of its backups. */
export const noBackups = (stack: string): string =>
  `the stack ${stack} makes no backups, so there is none to restore. Fix: pulumi config set backups spaces --stack ${stack}, and pulumi up`

const nothingToTry = (stack: string): string =>
  `the stack ${stack} backs up no files, and its app has no database, so a drill would show nothing of what the app uses. A database beside it is tried by --backup LABEL (./padlock backup list)`

/** `drill-20261129-0901`, in UTC: one drill a minute. */
export const drillName = (now = new Date()): string =>
  `drill-${now.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`

/**
 * The keys of the throw-away environment over those of Pulumi.preview.yaml; undefined takes a key of
 * that file away.
 * @param template the project's keys in that file, without prefix
 * @param copy it is made in the region of the bucket, where everything is when another one is gone
 */
export function drillSettings(
  { volume, database, version, inSpaces }: Omit<Drilled, 'files' | 'managed'>,
  { endpoint }: Pick<Source, 'endpoint'>,
  template: Record<string, unknown>,
  copy = false,
): Record<string, unknown> {
  const [host = '', port] = endpoint.split(':')
  const ways = Array.isArray(template.outbound) ? template.outbound : []
  // What fills another database, or is of another kind of it.
  const others = database ? /^(backup|seed|database)/ : /^(backup|seed)/
  const away = Object.keys(template).filter((key) => others.test(key))
  return {
    ...Object.fromEntries(away.map((key) => [key, undefined])),
    ...{ volume, restorable: true, ...(copy && { region: host.split('.')[0] }) },
    ...(database && { database: 'local', databaseVersion: version ?? DEBIAN_VERSION }),
    ...(port &&
      !inSpaces &&
      !ways.includes('all') && { outbound: [...new Set([...ways, `${port}/tcp`])] }),
  }
}

export interface Which {
  at?: string | undefined
  label?: string | undefined
  /** From the copy in a second region, and there. */
  copy?: boolean
  /** Milliseconds after which a sweep takes the environment, whether the drill was killed or goes on. */
  ttl: number
}

export interface DrillPlan {
  options: Omit<DrillOptions, 'stop' | 'say'>
  steps: DrillSteps
}

/**
 * A drill of a stack's backups on an environment that is made for it, with Pulumi.preview.yaml's
 * settings; nothing is created yet.
 * @param which the newest backup, unless a moment or a label is named
 * @throws Error if the stack is not there, or makes no backups
 */
export async function planDrill(
  context: Context,
  stack: string,
  { copy = false, ttl, ...which }: Which,
): Promise<DrillPlan> {
  const found = await context.stacks.find(stack)
  if (!found)
    throw new Error(`there is no stack ${stack}; pulumi stack ls names those that there are`)
  const wanted = drilled(stack, found, which.label)
  const opened = await sourceOf(stack, copy ? 'copy' : 'reader')
  const { source } = opened
  const { project } = context.marks
  const template = keysOf(readTemplate(project).config, project)
  const set = drillSettings(wanted, source, template, copy)
  if (copy) {
    const sizes = await context.accounts.digitalocean.list<Size>('/sizes', 'sizes')
    set.size = sizeIn(`${set.region}`, `${template.size ?? DEFAULT_SIZE}`, sizes)
  }
  const environment = drillName()
  if (await context.stacks.find(environment))
    throw new Error(
      `a drill has begun in this minute already: ${environment}. Fix: run this again in the next`,
    )
  const { database, managed, files } = wanted
  const onHost = async (words: string[]) => {
    const { code, stdout, stderr } = await ask(environment, await outputsOf(environment), words)
    if (code !== 0) throw new Error(stderr.trim() || `${words.join(' ')} ends with exit ${code}`)
    return stdout
  }
  const steps: DrillSteps = {
    async up() {
      await up(context, { stack: environment, ttl, set, flags: [] })
    },
    async retire() {
      await onHost(['retire'])
    },
    async restore() {
      const name = `${project}-${environment}-backups-reader`
      const { digitalocean } = context.accounts
      const from = await sourceForDrill(digitalocean, opened, name, context.say)
      return restoreStack({
        ...{ from, to: environment, ...which, backUpBefore: false },
        // A label is of one of them.
        ...(which.label === undefined && { database: database && !managed, files }),
        dump: managed,
        tell: context.say,
      })
    },
    async checkDatabase() {
      const { seconds: _, ...rows } = JSON.parse(await onHost(['database', 'verify']))
      return rows
    },
    checkFiles: async () => JSON.parse(await onHost(['content'])),
    async down() {
      const receipt = await down(context, environment)
      await keep(receipt, context.receipts)
      return receipt.left
    },
  }
  const { label } = which
  const ofLabel = label !== undefined && { database: DATABASE_LABEL.test(label) }
  const looked = ofLabel ? { ...ofLabel, files: !ofLabel.database } : { database, files }
  // Dumps have labels as files have.
  const either = label !== undefined && managed
  const from = `${source.endpoint}/${source.bucket}`
  const newest = which.at === undefined && label === undefined
  return { options: { stack, from, environment, newest, copy, either, ...looked }, steps }
}

function keysOf(config: Record<string, unknown>, project: string): Record<string, unknown> {
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`))
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value]))
}
