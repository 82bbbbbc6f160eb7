import { ask } from './digitalocean.ts'
import { configurationError } from './error.ts'

/**
 * An image that has a slug is named by it in the droplet's answers: its number would be a difference,
 * and with it a replacement, in every preview. A snapshot has no slug and keeps its number.
 * @param image slug or number
 */
export async function checkImage(image: string): Promise<void> {
  if (!/^\d+$/.test(image)) return
  const answer = await ask<{ image: { slug: string | null } }>(`/v2/images/${image}`)
  const slug = answer?.image.slug
  if (!slug) return
  throw configurationError(
    `image = "${image}" is the number of the image ${slug}, which would replace the droplet in every update`,
    'debian-13-x64, or the number of a snapshot made from it',
    'pulumi config set image debian-13-x64',
  )
}
