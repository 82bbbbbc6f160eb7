import type { Context } from './context.ts'
import type { Owned } from './inventory.ts'
import { accountResources } from './removals.ts'

/**
 * Reserved addresses that are assigned to nothing and that no stack of this backend knows: an
 * engine that is killed right after it made one leaves it so, at $5 a month
 * (https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/).
 */
export async function strays(
  { stacks }: Pick<Context, 'stacks'>,
  owned: Owned[],
): Promise<Owned[]> {
  const nameless = owned.filter(({ stack }) => stack === '')
  if (nameless.length === 0) return []
  const known = new Set<string>()
  for (const { name } of await stacks.list()) {
    for (const { id } of accountResources(await stacks.resources(name)).values()) known.add(id)
  }
  return nameless.filter(({ id }) => !known.has(id))
}
