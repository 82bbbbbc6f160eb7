import { parseArgs } from 'node:util'
import { imageLines } from '../releases/image.ts'
import { backups } from './backups.ts'
import { certificates } from './certificates.ts'
import { logIn, outputsOf } from './login.ts'
import { proofs, proofsOf } from './proofs.ts'
import { lastUpdate, stateExport } from './state-export.ts'
import { described, type VolumeState, volumeState, wrongWith } from './volume.ts'

/** Package and version, one a line; nothing for a host that has none of ours. */
const PACKAGES = "dpkg-query --show 'padlock-*' 2>/dev/null || true"

export const help = `padlock status --stack NAME [--quiet]

The outputs of a stack, the image that serves and its base with their ages, the volume and how full
it is, or that it is missing, when the certificates of its site end, when its backups were made last,
were last tried by a drill and last copied to a second region (which their buckets tell), whether the
last export of the state is as new as the state, and the
packages of ours on its host with their versions. Of a certificate that should have been
renewed the reason is told, and of one that only an update renews the day before which to run it; of a
backup that failed the reason. The stack is one of the backend that you are logged in to; in the
sandbox: . .sandbox/env

  --quiet   for monitoring: only what is wrong with volume and backups, a line each

Exit code 0: printed, and all is well. 1: no such stack, or the host does not answer. 2: a wrong
command line. 3: printed, and the volume is missing, a backup failed or is older than 26 hours, the
volume is more than 85 % full, the log of the database waits for longer than 75 seconds, the last
drill is older than 35 days, the last copy older than 26 hours, or an update of 26 hours ago newer than
the last export of the state. Of a drill, a copy or an export that never was only a line tells.`

/** Of a stack whose data is in danger. */
const WRONG = 3

const options = {
  stack: { type: 'string' },
  quiet: { type: 'boolean', default: false },
} as const

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options })
  const { stack, quiet } = values
  if (!stack) {
    console.error(help)
    return 2
  }
  const outputs = await outputsOf(stack)
  if (quiet) return quietly(stack, outputs)
  const { adminPrivateKey: _, sshCommand: __, ...shown } = outputs
  const rows = Object.entries(shown).map(([name, value]) => `  ${name.padEnd(12)} ${value}`)
  const image = await imageLines(stack, outputs)
  // A host that does not answer is told of by what is asked last.
  const volume = await volumeState(stack, outputs).catch(() => undefined)
  const data = volume ? described(volume) : []
  console.log([`stack ${stack}`, ...rows, '', ...image, ...data].join('\n'))
  console.log(`certificates\n${await certificates(stack, outputs)}`)
  const kept = await keptOf(stack, outputs)
  if (kept) console.log(`\nbackups\n${kept.text}`)
  console.log('\npackages on the host')
  const code = await logIn(stack, outputs, [PACKAGES])
  const wrong = wrongOf(volume, kept)
  return code === 0 && wrong.length > 0 ? WRONG : code
}

async function quietly(stack: string, outputs: Record<string, string>): Promise<number> {
  const volume = await volumeState(stack, outputs)
  const kept = await keptOf(stack, outputs)
  const wrong = wrongOf(volume, kept)
  for (const line of wrong) console.log(line)
  return wrong.length > 0 ? WRONG : 0
}

type Kept = Awaited<ReturnType<typeof keptOf>>

/** A volume that is nearly full is told once: a host with backups tells of it with them. */
const wrongOf = (volume: VolumeState | undefined, kept: Kept) => [
  ...(volume ? wrongWith(volume, kept?.full) : []),
  ...(kept?.wrong ?? []),
]

/** What the host says of its backups, and the buckets of drills and copies; undefined without backups. */
async function keptOf(stack: string, outputs: Record<string, string>) {
  if (!outputs.backups) return undefined
  const [made, proven, updated] = await Promise.all([
    backups(stack, outputs),
    proofsOf(stack),
    lastUpdate(stack).catch((error: Error) => error),
  ])
  const all = [
    made,
    ...(made.found ? [stateExport(stack, made.found, updated)] : []),
    proofs(stack, proven),
  ]
  return {
    text: all.flatMap(({ text }) => text || []).join('\n'),
    wrong: all.flatMap(({ wrong }) => wrong),
    full: (made.found ?? []).some(({ state }) => state === 'full'),
  }
}
