import * as v from 'valibot'
import { help, pathItem } from '../error.ts'
import type { CaddyRepository, Context } from '../settings.ts'
import { aptUrl, matching, orEmpty, text } from '../texts.ts'
import { isObject } from '../values.ts'
import { fingerprint } from './openpgp.ts'

/** Caddy's own repository and key, https://caddyserver.com/docs/install#debian-ubuntu-raspbian */
const OFFICIAL: CaddyRepository = {
  url: 'https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
  suite: 'any-version',
  component: 'main',
  key: 'https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
  fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
}

const KEYS = Object.keys(OFFICIAL).join(', ')
const HEX = '40 hex digits, as gpg --show-keys prints them'

const set = (allowed: string, example: string) =>
  help(allowed, `pulumi config set --path {path} ${example}`)

const word = (key: 'suite' | 'component') =>
  v.pipe(
    v.optional(
      orEmpty(
        matching(
          /^[A-Za-z0-9][A-Za-z0-9._/-]*$/,
          `is not the name of a ${key}`,
        )(set('letters, digits, . _ - /', OFFICIAL[key])),
      ),
      '',
    ),
    v.transform((name) => name || OFFICIAL[key]),
  )

/** What stands in the configuration, each key by itself. */
const given = v.objectWithRest(
  {
    url: v.optional(aptUrl(set('an http or https URL', OFFICIAL.url)), ''),
    suite: word('suite'),
    component: word('component'),
    key: v.optional(text(set('a text', OFFICIAL.key)), ''),
    fingerprint: v.optional(
      v.pipe(
        text(set(HEX, OFFICIAL.fingerprint)),
        v.transform((hex) => hex.replaceAll(' ', '').toUpperCase()),
        v.regex(/^([0-9A-F]{40})?$/, set(HEX, OFFICIAL.fingerprint)('is not a fingerprint')),
      ),
      '',
    ),
  },
  v.never(help(KEYS, 'pulumi config rm --path {path}')('is not a key that is known here')),
)

/** What was found out about the key, or what is wrong with it or with its fingerprint. */
interface Read extends Partial<Pick<CaddyRepository, 'key' | 'fingerprint'>> {
  wrong?: string
  at?: 'key' | 'fingerprint'
}

function readKey(given: CaddyRepository, readFile: Context['readFile']): Read {
  const { key, fingerprint: pinned } = given
  if (/^https:\/\//.test(key)) {
    if (pinned !== '') return {}
    const wrong = set(HEX, OFFICIAL.fingerprint)('is not set, though the key is fetched')
    return { wrong, at: 'fingerprint' }
  }
  const say = set(
    'an https URL, the armoured key, or the path of a file that holds it',
    OFFICIAL.key,
  )
  if (key === '') return { wrong: say('is not set') }
  const armoured = key.includes('BEGIN PGP') ? key : readFile(key)
  if (armoured === undefined) return { wrong: say('is a file that cannot be read') }
  const actual = fingerprint(armoured)
  if (actual === undefined) return { wrong: say('holds no armoured OpenPGP public key') }
  if (pinned === '' || pinned === actual) return { key: armoured, fingerprint: actual }
  const other = set('the fingerprint of the key', actual)
  return { wrong: other(`is not that of the key, which is ${actual}`), at: 'fingerprint' }
}

/** The object key `caddyRepository`; empty means the official repository. */
export function caddyRepository({ readFile }: Context) {
  const own = v.pipe(
    v.custom<Record<string, unknown>>(
      isObject,
      help(`an object with ${KEYS}`, 'pulumi config rm caddyRepository')('is not an object'),
    ),
    given,
    v.rawCheck(({ dataset, addIssue }) => {
      const given = dataset.value as CaddyRepository
      if (typeof given.key !== 'string' || typeof given.fingerprint !== 'string') return
      const { wrong: message, at = 'key' } = readKey(given, readFile)
      const input = given[at] || undefined
      if (message) addIssue({ message, input, path: [pathItem(given, at)] })
    }),
    v.transform((given) => ({ ...given, ...readKey(given, readFile) })),
  )
  return v.optional(
    v.lazy((value) =>
      isObject(value) && Object.keys(value).length === 0
        ? v.pipe(
            v.unknown(),
            v.transform(() => OFFICIAL),
          )
        : own,
    ),
    {},
  )
}
