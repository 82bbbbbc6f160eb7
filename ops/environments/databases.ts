import { clusterName } from '../../config/database/managed.ts'
import { expiryOfTag } from '../../config/expiry.ts'
import { DATABASE_SIZES, HOURS_A_MONTH } from '../../policy/prices.ts'
import { statedPrices } from '../../policy/stated-prices.ts'
import type { Owned } from './inventory.ts'
import { stackOfShortened } from './shortened.ts'

export interface Cluster {
  id: string
  name: string
  /** Size slug of a node. */
  size: string
  num_nodes: number
  tags: string[] | null
}

type Found = Omit<Owned, 'stack' | 'remove'> & { stack: string | undefined; path: string }

/**
 * Database clusters with the stack that they are of.
 * @param markOf whose it is by its tags
 * @param stated prices of sizes that the list lacks
 */
export function clusters(
  found: Cluster[],
  project: string,
  markOf: (tags: string[], stack: string | undefined) => Owned['mark'],
  stated = statedPrices(),
): Found[] {
  const prices: Record<string, number> = { ...DATABASE_SIZES, ...stated }
  return found.map(({ id, name, size, num_nodes, tags: carried }) => {
    const tags = carried ?? []
    const { stack, unsure } = stackOfShortened('database', { name, tags }, project, clusterName)
    const [expires] = tags
      .map(expiryOfTag)
      .filter((time) => time !== undefined)
      .sort((a, b) => b.getTime() - a.getTime())
    const price = prices[size]
    return {
      ...{ kind: 'database', id, name, stack, path: `/databases/${id}` },
      ...(price !== undefined && { pricePerHour: (price * num_nodes) / HOURS_A_MONTH }),
      mark: markOf(tags, stack),
      ...(expires && { expires }),
      ...(unsure && { unsure }),
    }
  })
}
