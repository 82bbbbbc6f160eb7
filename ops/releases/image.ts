import { ask } from '../cli/login.ts'

/** What an image is made of, as its host tells of it; times in UTC, null where nobody knows. */
export interface Image {
  built: string | null
  /** Null for an image that does not say what it was built on. */
  base: { name: string | null; digest: string; created: string | null } | null
}

/** `/usr/lib/padlock/releases image` */
interface Live {
  release: string | null
  image: string | null
  made: Image | null
  /** The day of the last refresh of an app that is built on the host. */
  refreshed: string | null
  /** Of its containers; absent where there is one alone, or on an older host. */
  replicas?: Replicas
}

/** How many containers of a release there are to be, and how many there are. */
export interface Replicas {
  wanted: number
  running: number
}

const DAY_MS = 86_400_000

/**
 * The live image for a terminal, with an empty line behind it; nothing for a host that has none yet,
 * does not answer, or is older than this program.
 */
export async function imageLines(
  stack: string,
  outputs: Record<string, string>,
  now = new Date(),
): Promise<string[]> {
  const told = await ask(stack, outputs, ['releases', 'image']).catch(() => undefined)
  if (told?.code !== 0) return []
  return described(JSON.parse(told.stdout), now)
}

export function described({ release, image, made, refreshed, replicas }: Live, now: Date) {
  if (release === null || image === null) return []
  const row = (name: string, value: string) => `  ${name.padEnd(12)} ${value}`
  const built = made?.built ? `, built ${age(made.built, now)}` : ''
  const base = made?.base
  return [
    `image of release ${release}`,
    row('image', `${image}${built}`),
    row(
      'base',
      base ? `${baseName(base)}, ${madeWhen(base.created, now)}` : 'the image names none',
    ),
    ...(refreshed ? [row('refreshed', refreshed)] : []),
    ...(replicas ? [row('replicas', `${replicas.running} of ${replicas.wanted} run`)] : []),
    '',
  ]
}

function baseName({ name, digest }: NonNullable<Image['base']>): string {
  if (name === null) return digest
  return name.includes('@') ? name : `${name}@${digest}`
}

const madeWhen = (created: string | null, now: Date) =>
  created === null ? 'of unknown age' : `made ${age(created, now)}`

/** `2026-11-01 (27 days ago)` */
function age(time: string, now: Date): string {
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / DAY_MS))
  return `${time.slice(0, 10)} (${days === 1 ? '1 day' : `${days} days`} ago)`
}
