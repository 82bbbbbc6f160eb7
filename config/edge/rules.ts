/** What the keys about the login in front of the app ask of each other and of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

const NO_IMAGE = message(
  'is not set, and login is edge',
  'the image of oauth2-proxy 7.15.6 or later by its digest, which docker buildx imagetools inspect quay.io/oauth2-proxy/oauth2-proxy:v7.15.6 prints',
  'pulumi config set {path} quay.io/oauth2-proxy/oauth2-proxy@sha256:DIGEST',
)
const NOT_IN_FRONT = message(
  'is set, but no login stands in front of the app',
  'only where login is edge',
  'pulumi config rm {path}, or pulumi config set login edge',
)
const NOT_TOLD = message(
  'would count as verified whatever the token says, and the login in front of the app knows no connections',
  'none, where login is edge',
  'pulumi config rm {path}, or pulumi config set login app',
)

/** A login in front of the app needs its program; without one its keys mean nothing. */
export function edgeFits(values: Values, report: Report): void {
  const { login, provider, edgeImage, publicPaths, verifiedConnections } = values
  if (login === 'edge') {
    if (edgeImage === '') report('edgeImage', NO_IMAGE)
    if (provider === 'auth0' && verifiedConnections?.length > 0)
      report('verifiedConnections', NOT_TOLD, { show: true })
    return
  }
  if (edgeImage !== '') report('edgeImage', NOT_IN_FRONT)
  if (publicPaths?.length > 0) report('publicPaths', NOT_IN_FRONT, { show: true })
}
