import { visible } from '../report/visible.ts'
import { ask } from './login.ts'

/** A certificate as its host tells of it (`/usr/lib/padlock/expiry show`); times are UTC. */
export interface Found {
  /** Of an authority that Caddy asks, or of the stack's own: the site's, a client's, its own root. */
  kind: 'site' | 'server' | 'client' | 'authority'
  name: string
  /** Who renews it. */
  by: 'caddy' | 'up'
  /** When it ends, and when its renewal is due at the latest (`caddy`) or the next update makes it. */
  ends: string | null
  renews: string | null
  state: 'good' | 'due' | 'late' | 'ended' | 'none'
  /** Why a visitor gets none. */
  problem: string | null
  /** The last one in Caddy's log. */
  failure: { when: string; error: string } | null
}

/** What the host says of the site's certificates, or why it says nothing. */
export async function certificates(
  stack: string,
  outputs: Record<string, string>,
): Promise<string> {
  try {
    const { code, stdout, stderr } = await ask(stack, outputs, ['expiry', 'show'])
    if (code !== 0) throw new Error(stderr.trim())
    return told(JSON.parse(stdout).certificates)
  } catch (error) {
    return `  not known: ${(error as Error).message}`
  }
}

const DAY_MS = 24 * 3600 * 1000

/** Certificates for a terminal: who, the end, the time that is left, and what is to be done. */
export function told(found: Found[], now = Date.now()): string {
  if (found.length === 0) return '  none: the site is not served over https'
  const who = ({ kind, name }: Found) => (kind === 'site' ? name : `${kind} ${name}`)
  const width = Math.max(...found.map((one) => who(one).length))
  return found
    .flatMap((one) => [`  ${who(one).padEnd(width)}  ${words(one, now)}`, ...why(one)])
    .join('\n')
}

function words({ by, ends, renews, state, problem }: Found, now: number): string {
  if (!ends || !renews) return `none is served: ${visible(problem ?? '')}`
  const left = Date.parse(ends) - now
  const when = `${left < 0 ? 'ended' : 'ends'} ${minute(ends)} (${span(left)})`
  switch (state) {
    case 'good':
      return by === 'up' ? `${when}; a pulumi up from ${day(renews)} on renews it` : when
    case 'due':
      return `${when}; the next pulumi up renews it`
    default:
      return by === 'up'
        ? `${when}. Fix: pulumi up${left < 0 ? '' : ` before ${day(ends)}; nothing else renews it`}`
        : `${when}; it should have been renewed by ${minute(renews)}`
  }
}

function why({ failure }: Found): string[] {
  if (!failure) return []
  return [`    Caddy failed at ${minute(failure.when)}: ${visible(failure.error)}`]
}

function span(ms: number): string {
  const [size, unit] = Math.abs(ms) < 2 * DAY_MS ? [3_600_000, 'hours'] : [DAY_MS, 'days']
  const count = Math.floor(Math.abs(ms) / size)
  return ms < 0 ? `${count} ${unit} ago` : `${count} ${unit} left`
}

/** `2026-11-28 09:00Z` */
const minute = (when: string) => `${when.slice(0, 16).replace('T', ' ')}Z`
const day = (when: string) => when.slice(0, 10)
