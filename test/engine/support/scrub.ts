import type { Json } from './sandbox.ts'

/** What a report reads of a resource; the engine's book-keeping is left out of a fixture. */
const KEPT = [
  'type',
  'protect',
  'retainOnDelete',
  'deletedWith',
  'replacementTrigger',
  'parent',
  'inputs',
  'outputs',
] as const
/** Stands for a value that is known only after the update; the same in every preview. */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** One alternative a kind of value that differs from run to run; the group's name is the kind's. */
const VARYING = new RegExp(
  [
    '(?<uuid>\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b)',
    '(?<digest>\\b[0-9a-f]{64}\\b)',
    '(?<release>\\b(?=[0-9a-f]*[a-f])[0-9a-f]{12}\\b|(?<=release )[0-9]{12}\\b)',
    '(?<sha1>\\b[0-9a-f]{40}\\b(?:-dirty)?)',
    '(?<sha256>SHA256:[A-Za-z0-9+/]{43})',
    '(?<publicKey>-----BEGIN PUBLIC KEY-----[\\s\\S]*?-----END PUBLIC KEY-----)',
    '(?<serial>\\b20\\d{24}\\b)',
    '(?<fingerprint>\\b(?:[0-9a-f]{2}:){15}[0-9a-f]{2}\\b)',
    '(?<key>\\b(?:ssh-ed25519|ecdsa-sha2-nistp256) AAAA[A-Za-z0-9+/=]+)',
    '(?<certificate>-----BEGIN CERTIFICATE-----[\\s\\S]*?-----END CERTIFICATE-----)',
    '(?<suffix>(?<=padlock-dev-(?:admin-)?)[0-9a-f]{7}\\b)',
    '(?<time>\\b\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z)',
    '(?<until>\\b[A-Z][a-z]{2} +\\d+ [\\d:]{8} \\d{4} GMT)',
    '(?<authority>(?<=sandbox CA )[0-9a-f]{6}\\b)',
    '(?<owner>(?<="ownerId": )\\d+)',
    '(?<droplet>\\b4\\d{8}\\b)',
    '(?<connection>\\bcon_\\w{16}\\b)',
    '(?<client>\\b(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{32}\\b)',
    '(?<copy>\\bpadlock-record-\\d+)',
    '(?<address>\\b127\\.(?!0\\.0\\.[01]\\b)\\d+\\.\\d+\\.\\d+)',
  ].join('|'),
  'g',
)

const STAND_INS: Record<string, (index: number) => string> = {
  uuid: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  digest: (n) => n.toString(16).padStart(64, '0'),
  release: (n) => n.toString(16).padStart(12, 'a'),
  sha1: (n) => n.toString(16).padStart(40, '0'),
  sha256: (n) => `SHA256:${String(n).padStart(43, '0')}`,
  publicKey: (n) => `-----BEGIN PUBLIC KEY-----\\nkey ${n}\\n-----END PUBLIC KEY-----`,
  serial: () => '20260101000000000000000000',
  fingerprint: (n) => `${'00:'.repeat(15)}${n.toString(16).padStart(2, '0')}`,
  key: (n) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${String(n).padStart(43, '0')}`,
  certificate: (n) => `-----BEGIN CERTIFICATE-----\\nroot ${n}\\n-----END CERTIFICATE-----`,
  suffix: (n) => n.toString(16).padStart(7, '0'),
  time: () => '2026-01-01T00:00:00Z',
  until: () => 'Jan  1 00:00:00 2026 GMT',
  authority: () => '000001',
  owner: () => '1',
  droplet: (n) => String(400_000_000 + n),
  connection: (n) => `con_${String(n).padStart(16, '0')}`,
  client: (n) => `client${String(n).padStart(26, '0')}`,
  copy: () => 'padlock-record',
  address: (n) => `203.0.113.${n}`,
}

/**
 * A preview as a fixture: the same change gives the same text, whatever the run drew or the
 * machine was given. Nothing that a report reads is left out.
 * @param literals what this run's sandbox was given (folder, ports), and what stands for it
 */
export function scrub(preview: Json, literals: Record<string, string>): string {
  const steps = preview.steps.map(step).sort((a: Json, b: Json) => (order(a) < order(b) ? -1 : 1))
  const text = JSON.stringify({ ...preview, steps, duration: 0 }, null, 1)
  const known = new RegExp(`(?<![\\w.])(?:${Object.keys(literals).map(quote).join('|')})\\b`, 'g')
  const numbers: Record<string, Map<string, number>> = {}
  return `${text
    .replace(known, (found) => literals[found] ?? found)
    .replace(VARYING, (found, ...rest) => {
      const groups: Record<string, string | undefined> = rest.at(-1)
      const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? ''
      if (found === UNKNOWN) return found
      numbers[kind] ??= new Map()
      const seen = numbers[kind]
      if (!seen.has(found)) seen.set(found, seen.size + 1)
      return STAND_INS[kind]?.(seen.get(found) ?? 0) ?? found
    })}\n`
}

function step({ op, urn, oldState, newState, diffReasons, replaceReasons, detailedDiff }: Json) {
  const unchanged = op === 'same' || op === 'refresh'
  const flipped = oldState?.protect !== newState?.protect
  return {
    op,
    urn,
    ...(oldState && (!unchanged || flipped) && { oldState: state(oldState, unchanged) }),
    ...((newState ?? (unchanged && oldState)) && {
      newState: state(newState ?? oldState, unchanged),
    }),
    // The engine's order of these is a map's.
    ...(diffReasons && { diffReasons: diffReasons.toSorted() }),
    ...(replaceReasons && { replaceReasons: replaceReasons.toSorted() }),
    ...(detailedDiff && !unchanged && { detailedDiff }),
  }
}

/** Of what stays as it is, no outputs. */
function state(full: Json, unchanged: boolean): Json {
  const kept = Object.fromEntries(KEPT.flatMap((key) => (key in full ? [[key, full[key]]] : [])))
  const { __meta, ...outputs } = (!unchanged && kept.outputs) || {}
  const differ = Object.entries(outputs).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(kept.inputs?.[key]),
  )
  const { outputs: _all, ...rest } = kept
  return plain({ ...rest, ...(differ.length > 0 && { outputs: Object.fromEntries(differ) }) })
}

/** Without the provider's own marks. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== '__defaults')
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]))
}

const order = ({ urn, op }: Json) => `${urn} ${op}`
const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
