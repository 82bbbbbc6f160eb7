/** The keys about the login in front of the app, each by itself. */
import * as v from 'valibot'
import { help, type Say } from '../error.ts'
import * as texts from '../texts.ts'
import { list } from '../values.ts'
import { isPublicPath } from './public-path.ts'

const PUBLIC_PATH = (say: Say) =>
  v.pipe(texts.text(say), v.check(isPublicPath, say('is no path that is public by itself')))

/** The schemas of `edgeImage` and `publicPaths`. */
export const edgeKeys = () => ({
  edgeImage: v.optional(
    texts.orEmpty(
      texts.imageByDigest(
        help(
          'name@sha256:digest of an image of oauth2-proxy 7.15.6 or later',
          'pulumi config set {path} quay.io/oauth2-proxy/oauth2-proxy@sha256:<64 hex digits>',
        ),
      ),
    ),
    '',
  ),
  publicPaths: list(
    PUBLIC_PATH,
    'paths of letters, digits and . _ ~ : @ = + , - such as /healthz, or a folder such as /webhooks/*',
    '/healthz',
  ),
})
