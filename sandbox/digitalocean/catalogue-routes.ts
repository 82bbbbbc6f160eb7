/** What can only be read: sizes, regions, images, and lists of what is not simulated. */
import { findImage, IMAGES, type Image, REGIONS, SIZES, SNAPSHOT } from './catalogue.ts'
import type { Context } from './context.ts'
import { ApiError, notFound } from './errors.ts'
import { page, param, query } from './request.ts'
import { imageView, regionView, sizeView } from './views.ts'

/** Lists that are always empty, by path, with the key that each is under. */
const EMPTY: Record<string, string> = {
  apps: 'apps',
  'cdn/endpoints': 'endpoints',
  certificates: 'certificates',
  'droplets/autoscale': 'autoscale_pools',
  'kubernetes/clusters': 'kubernetes_clusters',
  load_balancers: 'load_balancers',
  'monitoring/alerts': 'policies',
  reserved_ipv6: 'reserved_ipv6s',
  'uptime/checks': 'checks',
  vpc_peerings: 'vpc_peerings',
}

export function catalogueRoutes({ app }: Context): void {
  app.get('/v2/sizes', async (request) => page(request, 'sizes', SIZES, sizeView))
  app.get('/v2/regions', async (request) => page(request, 'regions', REGIONS, regionView))

  app.get('/v2/images', async (request) => {
    const type = query(request, 'type')
    const own = query(request, 'private') === 'true'
    const fits = (image: Image) =>
      (type === undefined || (type === 'application') === image.application) &&
      query(request, 'tag_name') === undefined
    return page(request, 'images', (own ? [SNAPSHOT] : IMAGES).filter(fits), imageView)
  })
  app.get('/v2/images/:image_id', async (request) => {
    const image = findImage(param(request, 'image_id'))
    if (!image) throw notFound()
    return { image: imageView(image) }
  })

  for (const [path, key] of Object.entries(EMPTY)) {
    app.get(`/v2/${path}`, async (request) => page(request, key, []))
    app.get(`/v2/${path}/:id`, async () => {
      throw notFound()
    })
    // 501 rather than 404 or 500: clients do not retry it, and its message says what is going on.
    app.post(`/v2/${path}`, async () => {
      throw new ApiError(501, `This sandbox does not simulate ${path}`)
    })
  }
}
