import type { Value } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'

/** Takes tags from something and gives it others; a tag that is new is made first. */
export async function retag(
  api: DigitalOcean,
  type: 'database' | 'droplet' | 'volume' | 'volume_snapshot',
  id: string,
  before: Value | undefined,
  after: Value | undefined,
): Promise<void> {
  const [old, now] = [elements(before), elements(after)]
  const resources = [{ resource_id: id, resource_type: type }]
  for (const tag of old.filter((one) => !now.includes(one))) {
    const call = api.call('DELETE', `/v2/tags/${tag}/resources`, { resources })
    await attempt('Error updating tags', call)
  }
  for (const tag of now.filter((one) => !old.includes(one))) {
    await attempt('Error updating tags', api.post('/v2/tags', { name: tag }))
    await attempt('Error updating tags', api.post(`/v2/tags/${tag}/resources`, { resources }))
  }
}

function elements(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}
