import type { DropletStatus } from '../control.ts'

/**
 * The droplet of an id or a name; the only one if that is neither.
 * @throws if there are several, with the names of all
 */
export function choose(
  droplets: DropletStatus[],
  word: string | undefined,
): { droplet: DropletStatus; named: boolean } {
  const named = droplets.find(({ id, name }) => id === word || name === word)
  const droplet = named ?? (droplets.length === 1 ? droplets[0] : undefined)
  if (droplet) return { droplet, named: named !== undefined }
  const names = droplets.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none'
  throw new Error(`which droplet? There are: ${names}`)
}
