import { createHash } from 'node:crypto'
import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { RegistryLogin } from '../../config/registries.ts'
import type { AppOrigin, OneCommand, ProcessSettings } from '../../config/settings.ts'
import { onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'
import type { Archive } from './archive.ts'
import { Live, type Made, originOf, type Remembered } from './live.ts'
import { prepared } from './prepared.ts'
import { sessionKeys } from './session-key.ts'

export interface ReleaseArgs {
  ssh: SshTarget
  dropletId: pulumi.Input<string>
  /** Its end takes all releases with it. */
  droplet: pulumi.Resource
  app: AppOrigin
  /** Logins by registry; delivered as the secrets are. */
  registries: pulumi.Input<Record<string, RegistryLogin>>
  /** The packed folder of an app that is built on the host. */
  archive?: Archive
  /** The day of its last refresh, as in `2026-11-28`; absent if there was none. */
  refreshed?: string
  /** Plain environment. */
  env: Record<string, pulumi.Input<string>>
  /** Secret environment; delivered over stdin, never in a command line or a file of the project. */
  secrets: Record<string, pulumi.Input<string>>
  /** Of the key that signs sessions; the first if absent. */
  sessionKeyVersion?: number
  /** The site's host as browsers send it; the app is asked under this name whether it is ready. */
  host: pulumi.Input<string>
  /** TCP port that the app listens on; 0 for a unix socket. */
  port: number
  memoryMiB: number
  /** How many processors; all of them if absent. */
  cpus?: number
  /** How many containers serve it; one if absent. */
  replicas?: number
  /** Does a login stand in front of it, so that it needs none of its own? */
  edge?: boolean
  /** Does it reach a PostgreSQL on the host, by its socket? */
  database?: boolean
  /** Does it reach a managed one, by the certificate that lies on the host? */
  managed?: boolean
  /** Start command; the image's own if absent. */
  command?: string
  /** Runs before the release gets traffic. */
  releaseCommand?: OneCommand
  /** Runs once on the volume, behind `releaseCommand`. */
  seedCommand?: OneCommand
  /** Workers and jobs by name. */
  processes?: Record<string, ProcessSettings>
  readyPath: string
  readySeconds: number
  /** Without an answer until the app is restarted; the host's own if absent, never if 0. */
  hangSeconds?: number
  /** What it is made of, for the state and for the host: git's commit, and who runs this. */
  made: Made
  /** What the state remembers as live. */
  former?: Remembered
  /** How long the old release's connections may go on once this one serves. */
  drainSeconds: number
  /** From here on the host takes files. */
  reachable: pulumi.Resource
  /** Directories of the volume by path in its containers; absent for none. */
  volumes?: Record<string, string>
  /** Of the volume, on another one of which it is brought up anew; absent without one. */
  volumeId?: pulumi.Input<string>
  /** Given what has the image ready on the host, what has the volume there; absent without one. */
  mounted?: (image: pulumi.Resource) => pulumi.Resource
  /** What the release waits for; its source is copied to the host beside them. */
  after: pulumi.Input<pulumi.Resource>[]
}

/** Processes and threads that the app's container may have. */
const PIDS = 256
/** What it may wait for on the host: 15 for the app (store.lock), 8 for a backup, 4 for a snapshot. */
const WAITS_MINUTES = 27
/** What it does there itself, commands and further replicas left out. */
const OWN_MINUTES = 20

/**
 * One version of the app. A change shows in a preview as an update
 * in place of the command (and, for changed files, of the copy), never as a new droplet. The old
 * version serves until the new one answers; one that does not become ready fails the update.
 *
 * Its manifest travels as one secret, so the component's own inputs name what a reviewer may see.
 */
export class Release extends pulumi.ComponentResource {
  /** Twelve hex digits of the contents: app, environment and secrets. */
  readonly release: pulumi.Output<string>
  readonly live: command.remote.Command
  /** The entry in the state that names it. */
  readonly remembered: Live

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Release', name, shown(args), opts)

    const [sessionKey, ...former] = sessionKeys(name, args.sessionKeyVersion, { parent: this })
    const further = ((args.replicas ?? 1) - 1) * (args.readySeconds + args.drainSeconds)
    const commands = (args.releaseCommand?.seconds ?? 0) + (args.seedCommand?.seconds ?? 0)
    const minutes = WAITS_MINUTES + OWN_MINUTES + Math.ceil((commands + further) / 60)
    const options = onHost(this, args.droplet, minutes)
    const source = args.archive
      ? [
          new command.remote.CopyToRemote(
            `${name}-source`,
            {
              connection: connection(args.ssh),
              source: new pulumi.asset.FileAsset(args.archive.path),
              remotePath: incoming(args.archive),
              triggers: [args.dropletId],
            },
            { ...options, dependsOn: args.reachable },
          ),
        ]
      : []
    const secrets = {
      ...args.secrets,
      APP_SECRET_KEY: sessionKey,
      ...(former[0] && { APP_SECRET_KEY_PREVIOUS: former[0] }),
    }
    const body = manifest(args, secrets)
    this.release = pulumi.unsecret(
      pulumi.all([body, sessionKey]).apply(([text, salt]) => releaseId(text, salt)),
    )
    const ready = { ...options, dependsOn: [...source, ...args.after] }
    const image = () => {
      const registries = pulumi.output(args.registries).apply(loginsOf)
      return prepared(name, { ...args, source: sourceOf(args), registries }, ready)
    }
    const mounted = args.mounted ? [args.mounted(image())] : []
    this.live = new command.remote.Command(
      name,
      {
        connection: connection(args.ssh),
        create: pulumi.interpolate`sudo /usr/lib/padlock/release ${this.release}`,
        stdin: pulumi.secret(
          pulumi.all([body, this.release, args.registries]).apply(([text, id, logins]) =>
            withId(text, id, {
              ...madeOf(id, args),
              ...replicated(args),
              ...registries(logins),
            }),
          ),
        ),
        triggers: [args.dropletId, ...(args.volumeId ? [args.volumeId] : [])],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...ready, dependsOn: [...ready.dependsOn, ...mounted] },
    )
    const origin = this.live.stdout.apply(originOf)
    const live = {
      origin,
      release: this.release,
      commit: args.made.commit,
      made: this.release.apply((id) => madeOf(id, args)),
      ...(args.database && { database: 'local' as const }),
      ...(args.managed && { database: 'managed' as const }),
    }
    this.remembered = new Live(name, this.live, live, { parent: this })
    // What the next update reads; it is no part of what a failed one takes back.
    this.registerOutputs({ refreshed: args.refreshed })
  }
}

/** The manifest for a preview and for policies: of secrets the names alone. */
function shown(args: ReleaseArgs): pulumi.Inputs {
  const { app, env, port, memoryMiB, readyPath, readySeconds, drainSeconds } = args
  return {
    app:
      app.kind === 'image'
        ? { image: app.image }
        : { sha256: args.archive?.sha256, baseImage: app.baseImage, refreshed: args.refreshed },
    env,
    secretNames: Object.keys(args.secrets).sort(),
    port,
    memoryMiB,
    readyPath,
    readySeconds,
    drainSeconds,
    ...runs(args),
    ...replicated(args),
    ...((args.sessionKeyVersion ?? 1) > 1 && { sessionKeyVersion: args.sessionKeyVersion }),
  }
}

/** How many there are is no part of the contents: another number is no new release. */
function replicated({ replicas }: ReleaseArgs): object {
  return replicas === undefined ? {} : { replicas }
}

/** What the image runs beside its own start command; nothing where nobody said so. */
function runs(args: ReleaseArgs): object {
  const { command, cpus, releaseCommand, seedCommand, hangSeconds, processes } = args
  const { mounted, volumes } = args
  return {
    ...(mounted && { volumes: volumes ?? {} }),
    ...(hangSeconds !== undefined && { hangSeconds }),
    ...(command && { command }),
    ...(cpus && { cpus }),
    ...(releaseCommand && { releaseCommand }),
    ...(seedCommand && { seedCommand }),
    ...(processes && { processes }),
  }
}

function incoming(source: Archive): string {
  return `/var/lib/padlock/incoming/app-${source.sha256}.tar.gz`
}

/** The manifest without its id, as JSON with a fixed order of keys. */
function manifest(
  args: ReleaseArgs,
  secrets: Record<string, pulumi.Input<string>>,
): pulumi.Output<string> {
  const known = pulumi.all([pulumi.all(args.env), pulumi.all(secrets), args.host])
  return known.apply(([env, secret, host]) =>
    JSON.stringify({
      source: sourceOf(args),
      env: sorted(env),
      secrets: sorted(secret),
      host,
      port: args.port,
      memoryMiB: args.memoryMiB,
      pids: PIDS,
      readyPath: args.readyPath,
      readySeconds: args.readySeconds,
      drainSeconds: args.drainSeconds,
      ...(args.edge && { edge: true }),
      ...(args.database && { database: true }),
      ...(args.managed && { managed: true }),
      ...runs(args),
    }),
  )
}

function sourceOf(args: ReleaseArgs) {
  if (args.app.kind === 'image') {
    return { image: args.app.image }
  }
  if (!args.archive) throw new Error('Release: an app that is built needs its archive')
  return {
    archive: incoming(args.archive),
    sha256: args.archive.sha256,
    baseImage: args.app.baseImage ?? null,
    refreshed: args.refreshed,
  }
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Salted with the session key, so that the public id gives no way to guess a secret. */
function releaseId(text: string, salt: string): string {
  return createHash('sha256').update(salt).update(text).digest('hex').slice(0, 12)
}

/** A release that stays as it is stays who made it, and of what: another commit alone is no release. */
function madeOf(id: string, { made, former }: ReleaseArgs): Made {
  // The engine gives the keys back in an order of its own.
  const { commit, by } = former?.release === id && former.made ? former.made : made
  return { commit, by }
}

/** Neither logins nor origin are part of the contents: a new token or commit is no new release. */
function withId(text: string, id: string, more: object): string {
  return JSON.stringify({ id, ...JSON.parse(text), ...more })
}

function registries(logins: Record<string, RegistryLogin>): object {
  return Object.keys(logins).length === 0 ? {} : { registries: loginsOf(logins) }
}

/** As the host reads them. */
function loginsOf(logins: Record<string, RegistryLogin>) {
  const places = Object.entries(logins)
  const named = places.map(([place, { user, password }]) => [place, { username: user, password }])
  return Object.fromEntries(named)
}
