/** Further names of the site. */
import * as v from 'valibot'
import { help, message, pathItem } from '../error.ts'
import { dnsName, oneOf, type TextSchema } from '../texts.ts'
import { isObject } from '../values.ts'

/** What a further name does: it leads to the site's own, or the site answers there too. */
export type AliasMode = 'redirect' | 'serve'

/** A further name of the site. */
export interface Alias {
  /** Fully qualified, no final dot. */
  hostname: string
  /** Inside the zone, `@` for the zone itself. */
  recordName: string
  /** Public base URL without a final slash. */
  url: string
  /** Does the site answer at it? Otherwise it leads to the site's own name. */
  serves: boolean
  /** As CAA records name the certificate authority; absent for none. */
  caaIssuer?: string
}

const SET = `pulumi config set --path 'aliases["www.example.com"]' redirect`
const REMOVE = "pulumi config rm --path '{path}'"
const NAMES =
  'names of the zone in lower case, none twice, other letters as punycode (xn--…), each with redirect or serve'

const say = help(NAMES, REMOVE)

const name: TextSchema = v.pipe(v.string(), v.excludes('*', say('is a wildcard')), dnsName(say))
const mode = oneOf(
  ['redirect', 'serve'],
  'is neither redirect nor serve',
)(help('redirect, serve', "pulumi config set --path '{path}' redirect"))

/** Modes by name, sorted. */
export function aliases() {
  return v.optional(
    v.pipe(
      v.custom<Record<string, AliasMode>>(
        isObject,
        message('is not an object', 'names, each with redirect or serve', SET),
      ),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return
        for (const [one, how] of Object.entries(dataset.value)) {
          const path: [v.IssuePathItem] = [pathItem(dataset.value, one)]
          const [bad] = v.safeParse(name, one).issues ?? []
          if (bad) addIssue({ message: bad.message, path, input: undefined })
          const [wrong] = v.safeParse(mode, how).issues ?? []
          if (wrong && !bad) addIssue({ message: wrong.message, path, input: how })
        }
      }),
      v.transform((all) =>
        Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))),
      ),
    ),
    {},
  )
}

/** The record's name inside the zone; undefined where the name is not of the zone. */
export function recordNameIn(zone: string, hostname: string): string | undefined {
  if (hostname === zone) return '@'
  return hostname.endsWith(`.${zone}`) ? hostname.slice(0, -zone.length - 1) : undefined
}

const KEY = 'aliases'
const OWN = message('is the site’s own name', 'other names of the zone', REMOVE)
const PASSING = message(
  'are set for a stack that comes and goes (expires, ephemeral), and would be the same names for each',
  'aliases only for a stack that stays',
  'pulumi config rm {path} (in Pulumi.preview.yaml for all environments)',
)

const notOurs = (dns: string) =>
  message(
    `are set beside dns = "${dns}", where the stack makes no records`,
    'only with dns = "digitalocean" or "external"',
    'pulumi config rm {path}, or pulumi config set dns digitalocean',
  )

/** What of `aliases` does not fit the other keys. */
export function aliasProblems(
  { aliases, zone, ...rest }: Record<'aliases' | 'zone' | 'dns' | 'expires' | 'ephemeral', unknown>,
  hostname: string,
  report: (key: string, message: string, more?: { show?: boolean; name?: string }) => void,
): void {
  if (!isObject(aliases) || Object.keys(aliases).length === 0) return
  if (rest.expires || rest.ephemeral === true) report(KEY, PASSING)
  if (rest.dns !== 'digitalocean' && rest.dns !== 'external') {
    report(KEY, notOurs(String(rest.dns)))
    return
  }
  if (typeof zone !== 'string' || zone === '') return
  const foreign = message(
    `is not in the zone ${zone}, where the records of the stack are`,
    `${zone}, and names that end in .${zone}`,
    REMOVE,
  )
  for (const one of Object.keys(aliases)) {
    if (one === hostname) report(KEY, OWN, { name: one })
    else if (recordNameIn(zone, one) === undefined) report(KEY, foreign, { name: one })
  }
}
