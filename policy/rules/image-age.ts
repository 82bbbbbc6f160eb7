import type { ReportViolation } from '@pulumi/policy'
import { known, type Rule } from '../rule.ts'
import { setting } from '../stack.ts'

const MAX_DAYS = 30
const DAY_MS = 86_400_000

/** What the state remembers of the live image (components/release/live.ts). */
interface Origin {
  built: string | null
  base: { name: string | null; digest: string; created: string | null } | null
}

/**
 * Upgrades of the host do not reach into images, so what they hold grows old until they are built on a
 * newer base. A person decides what to do, so it tells and goes on. While a preview knows that there
 * will be another release, it knows no image to judge.
 */
export const imageAge: Rule = {
  name: 'image-age',
  description: 'The image of the app is built on a base that is still cared for.',
  enforcementLevel: 'advisory',
  configSchema: {
    properties: { maxDays: { type: 'number', minimum: 0, default: MAX_DAYS } },
  },
  validateStack: (args, report) => {
    const { maxDays = MAX_DAYS } = args.getConfig<{ maxDays?: number }>()
    const props = (kind: string) =>
      args.resources.find(({ type }) => type === `padlock:index:${kind}`)?.props
    const origin = known(() => props('Live')?.origin as Origin | undefined)
    const refreshed = known(() => props('Release')?.refreshed as string | undefined)
    if (origin) judge(origin, refreshed, maxDays, report)
  },
}

function judge(
  { built, base }: Origin,
  refreshed: string | undefined,
  maxDays: number,
  report: ReportViolation,
): void {
  const fixed = base?.name?.includes('@sha256:')
  // One that was asked for anew of late and is old all the same is the newest there is.
  if (!fixed && refreshed && daysSince(refreshed) <= maxDays) return
  const since = base?.created ?? built
  if (!since || daysSince(since) <= maxDays) return
  const what = base?.created
    ? `The base of the app's image, ${base.name ?? base.digest},`
    : "The app's image"
  report(
    `${what} was made ${daysSince(since)} days ago, and no security update since is in it. Fix: ${fix(fixed)}`,
  )
}

function fix(fixed: boolean | undefined): string {
  if (setting<string>('appImage'))
    return 'build the image on a newer base, and set appImage to its digest'
  if (fixed) return "name a newer digest of it in the Containerfile's FROM, or in appBaseImage"
  return 'PADLOCK_REFRESH=true pulumi up, or once a week refresh.yml (docs/workflows.md)'
}

const daysSince = (time: string) => Math.floor((Date.now() - Date.parse(time)) / DAY_MS)
