/**
 * Schemas of texts. Each takes what completes its messages; the messages themselves say what is
 * wrong, the most telling first, as only the first issue of a value is shown.
 */
import { isIP } from 'node:net'
import * as v from 'valibot'
import type { Say } from './error.ts'
import { parseExpiry } from './expiry.ts'
import { fullImageName } from './image-name.ts'
import { wrongSshKey } from './ssh-key.ts'

export type TextSchema = v.GenericSchema<unknown, string>

export const text = (say: Say) => v.string(say('is not a text'))

/** A text that matches as a whole. */
export const matching = (pattern: RegExp, wrong: string) => (say: Say) =>
  v.pipe(text(say), v.regex(pattern, say(wrong)))

/** One of these words. */
export const oneOf = (words: string[], wrong: string) => (say: Say) =>
  v.pipe(text(say), v.values(words, say(wrong)))

/** Also the empty text, which stands for a default. */
export const orEmpty = (schema: TextSchema) =>
  v.lazy((input) => (input === '' ? v.literal('') : schema))

/** Judges a part of the text, or another view of it, by another schema. */
const part = (schema: TextSchema, view: (text: string) => string) =>
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const issue = dataset.typed && v.safeParse(schema, view(dataset.value)).issues?.[0]
    if (issue) addIssue({ message: issue.message })
  })

const LABEL = '(?!-)[a-z0-9-]{1,63}(?<!-)'
const LABELS = new RegExp(`^${LABEL}(\\.${LABEL})*$`)

/** A lower-case DNS name of at least two labels (RFC 1035 2.3.4: 253 characters, labels of 63). */
export const dnsName = (say: Say) =>
  v.pipe(
    text(say),
    v.nonEmpty(say('is not set')),
    v.regex(/^[^A-Z]*$/, say('has capital letters')),
    v.regex(/[^.]$/, say('ends in a dot')),
    v.maxLength(253, say('is longer than 253 characters')),
    v.check((name) => !isIP(name), say('is an address, not a name')),
    v.includes('.', say('has no dot')),
    v.regex(LABELS, say('is not a DNS name')),
  )

/** `@` for the zone itself, or one or more labels; empty for the default. */
export const subdomain = (say: Say) =>
  v.pipe(
    text(say),
    v.excludes('*', say('is a wildcard')),
    v.check((name) => ['', '@'].includes(name) || LABELS.test(name), say('is not a DNS label')),
  )

/** `host` or `host:port`. */
export const hostAndPort = (say: Say) =>
  v.pipe(
    text(say),
    v.excludes('/', say('is a URL, not a host')),
    v.regex(/^[^:]*(:[^:]*)?$/, say('is not a host')),
    v.check((place) => {
      const [, port] = place.split(':')
      return (
        port === undefined || (/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65536)
      )
    }, say('has a bad port')),
    part(
      v.lazy((host) => (host === 'localhost' ? v.string() : dnsName(say))),
      (place) => place.split(':')[0] ?? '',
    ),
  )

/** A network in CIDR notation (RFC 4632, RFC 4291 2.3). */
export const network = (say: Say) =>
  v.pipe(
    text(say),
    v.check((cidr) => isIP(cidr.replace(/\/[^/]*$/, '')) > 0, say('is not a network')),
    v.includes('/', say('has no prefix length')),
    v.check((cidr) => {
      const [address = '', bits = ''] = cidr.split('/')
      return /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128)
    }, say('has a bad prefix length')),
  )

/** The shape of an address that can own a mailbox; delivery is the identity provider's to prove. */
export const email = (say: Say) =>
  v.pipe(
    text(say),
    v.excludes('*', say('is a wildcard')),
    v.regex(/^[^\s@<>()",;:\\]+@[^\s@]+$/, say('is not an e-mail address')),
    v.check(
      (address) => v.is(dnsName(String), address.split('@')[1]?.toLowerCase()),
      say('is not an e-mail address'),
    ),
  )

/** The same, without what the proxy's configuration would take for a placeholder or a quotation. */
export const contact = (say: Say) =>
  v.pipe(
    email(say),
    v.regex(/^[^{}`#]*$/, say('has a character that stands for something else in the Caddyfile')),
  )

/** An e-mail domain, without the @. */
export const emailDomain = (say: Say) =>
  v.pipe(
    text(say),
    v.excludes('*', say('is a wildcard')),
    v.excludes('@', say('contains an @')),
    part(dnsName(say), (domain) => domain.toLowerCase()),
  )

/** An authorized_keys line. */
export const sshKey = (say: Say) =>
  v.pipe(
    text(say),
    v.rawCheck<string>(({ dataset, addIssue }) => {
      const wrong = dataset.typed && wrongSshKey(dataset.value)
      if (wrong) addIssue({ message: say(wrong) })
    }),
  )

/** Without a user, which would stand in the state and in logs. */
const anonymous = (say: Say) =>
  v.check<string, string>((url) => {
    const { username = '', password = '' } = URL.parse(url) ?? {}
    return username === '' && password === ''
  }, say('carries a user name or password'))

/** An absolute https URL without user, query or fragment. */
export const httpsUrl = (say: Say) =>
  v.pipe(
    text(say),
    v.url(say('is not a URL')),
    v.regex(/^https:/i, say('is not https')),
    anonymous(say),
    v.regex(/^[^?#]*$/, say('has a query or a fragment')),
  )

/** http is good enough where every file is verified by a signature, as apt does. */
export const aptUrl = (say: Say) =>
  v.pipe(
    text(say),
    v.url(say('is not a URL')),
    v.regex(/^https?:/i, say('is neither http nor https')),
    anonymous(say),
  )

/** The name of an image, with its registry or as Docker completes it. */
const IMAGE = /^([a-z0-9.-]+(:\d+)?\/)?[a-z0-9._-]+(\/[a-z0-9._-]+)*(:[\w.-]+)?(@.+)?$/
const BAD_DIGEST = 'has a bad digest'
const DIGEST = /@sha256:[0-9a-f]{64}$/

/** The name of an image, made whole. */
export const image = (say: Say) =>
  v.pipe(
    text(say),
    v.regex(IMAGE, say('is not the name of an image')),
    v.check((name) => !name.includes('@') || DIGEST.test(name), say(BAD_DIGEST)),
    v.transform(fullImageName),
  )

/** An image by digest (OCI image spec: sha256, 64 hex digits); a tag may stand beside it. */
export const imageByDigest = (say: Say) =>
  v.pipe(
    text(say),
    v.regex(IMAGE, say('is not the name of an image')),
    v.includes('@', say('names no digest, so that a later pull could bring another image')),
    v.regex(DIGEST, say(BAD_DIGEST)),
    v.transform(fullImageName),
  )

/** A minute in UTC, or nothing. */
export const expiry = (say: Say) =>
  v.pipe(
    text(say),
    v.check((time) => time === '' || parseExpiry(time) !== undefined, say('is not a time in UTC')),
    v.transform(parseExpiry),
  )
