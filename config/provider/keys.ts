/** The keys about the provider of the login, each by itself. */
import * as v from 'valibot'
import { help, type Say } from '../error.ts'
import * as texts from '../texts.ts'
import { list } from '../values.ts'

const PRINTABLE = /^[!-~]+$/
/** RFC 6749 3.3: characters of a scope. */
const SCOPE = texts.matching(/^[!#-[\]-~]+$/, 'is not a scope')
const WELL_KNOWN = '/.well-known/openid-configuration'

const issuerUrl = (say: Say) =>
  v.pipe(
    texts.httpsUrl(say),
    v.check(
      (url) => !url.endsWith(WELL_KNOWN),
      say(`ends in ${WELL_KNOWN}, which is where its document is found`),
    ),
  )

const key = (schema: (say: Say) => texts.TextSchema, allowed: string, fix: string) =>
  v.optional(texts.orEmpty(schema(help(allowed, fix))), '')

/** The schemas of `provider`, `issuer`, `clientId`, `clientSecret` and `scopes`. */
export const providerKeys = () => ({
  provider: v.optional(
    texts.oneOf(
      ['auth0', 'oidc', 'google'],
      'is neither auth0 nor oidc nor google',
    )(help('auth0, oidc, google', 'pulumi config set {path} auth0')),
    'auth0',
  ),
  issuer: key(
    issuerUrl,
    'the https URL that the issuer calls itself',
    'pulumi config set {path} https://login.example.com/realms/staff',
  ),
  clientId: key(
    texts.matching(PRINTABLE, 'has a space or a character outside ASCII'),
    'the client id that the issuer shows',
    'pulumi config set {path} ID',
  ),
  clientSecret: key(
    texts.matching(PRINTABLE, 'has a space or a character outside ASCII'),
    'the client secret that the issuer shows',
    'pulumi config set --secret {path}',
  ),
  scopes: list(SCOPE, 'scopes of the issuer', 'email'),
})
