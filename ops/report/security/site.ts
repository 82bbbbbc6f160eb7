import { LATER } from '../mask.ts'
import { componentOf, type Resource } from '../resources.ts'

/** What the site's component shows of the reverse proxy (components/site). */
export interface SiteShown {
  caddyfile: string
  acmeRoot?: string
}

/**
 * The site before and after; a side is undefined where there is none. In states of version 0.1 the
 * release's component has its values.
 */
export function sites(resources: Resource[]): { before?: SiteShown; after?: SiteShown } {
  const candidates = ['Site', 'Release'].map((name) => componentOf(resources, name))
  const shown = (side: 'old' | 'new'): SiteShown | undefined => {
    const inputs = candidates.map((one) => one?.[side]).find((each) => each && 'caddyfile' in each)
    // A first tunnel's password is not there yet: nothing can be said of the file.
    if (inputs?.caddyfile === LATER) return undefined
    return inputs && { caddyfile: String(inputs.caddyfile), acmeRoot: text(inputs.acmeRoot) }
  }
  return { before: shown('old'), after: shown('new') }
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
