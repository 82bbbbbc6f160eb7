/** What a host that restores needs. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

const NO_VOLUME = message(
  'is true, and there is no volume that anything could be restored to',
  'true only where volume is set',
  'pulumi config set volume 10, or pulumi config rm {path}',
)

/** What is restored lies on the volume. */
export function restorableFits({ restorable, volume }: Values, report: Report): void {
  if (restorable && volume === 0) report('restorable', NO_VOLUME)
}
