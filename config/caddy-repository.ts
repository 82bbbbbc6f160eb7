import * as check from './checks.ts'
import { fingerprint } from './openpgp.ts'
import type { Reader } from './reader.ts'
import type { CaddyRepository, Surroundings } from './settings.ts'

/** Caddy's own repository and key, https://caddyserver.com/docs/install#debian-ubuntu-raspbian */
const OFFICIAL: CaddyRepository = {
  url: 'https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
  suite: 'any-version',
  component: 'main',
  key: 'https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
  fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
}

const KEYS = Object.keys(OFFICIAL) as (keyof CaddyRepository)[]

/** Reads the object key `caddyRepository`; empty means the official repository. */
export function readCaddyRepository(reader: Reader, surroundings: Surroundings): CaddyRepository {
  const value = reader.value('caddyRepository') ?? {}
  const problem = (
    key: string,
    wrong: string,
    allowed: string,
    example: string,
    shown?: unknown,
  ) => {
    const path = `caddyRepository.${key}`
    reader.report({
      key: path,
      value: shown,
      wrong,
      allowed,
      mend: `pulumi config set --path ${path} ${example}`,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.report({
      key: 'caddyRepository',
      value,
      wrong: 'is not an object',
      allowed: `an object with ${KEYS.join(', ')}`,
      mend: 'pulumi config rm caddyRepository',
    })
    return OFFICIAL
  }
  const given = value as Record<string, unknown>
  if (Object.keys(given).length === 0) return OFFICIAL
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key as keyof CaddyRepository)) {
      reader.report({
        key: `caddyRepository.${key}`,
        value: given[key],
        wrong: 'is not a key that is known here',
        allowed: KEYS.join(', '),
        mend: `pulumi config rm --path caddyRepository.${key}`,
      })
    }
  }
  const text = (key: keyof CaddyRepository, fallback: string) =>
    typeof given[key] === 'string' && given[key] !== '' ? given[key] : fallback
  const url = text('url', '')
  const wrongUrl = check.aptUrl(url)
  if (wrongUrl) problem('url', wrongUrl, 'an http or https URL', OFFICIAL.url, given.url)
  const suite = text('suite', OFFICIAL.suite)
  const component = text('component', OFFICIAL.component)
  for (const [key, name] of [
    ['suite', suite],
    ['component', component],
  ] as const) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(name)) {
      problem(key, `is not the name of a ${key}`, 'letters, digits, . _ - /', OFFICIAL[key], name)
    }
  }
  return { url, suite, component, ...readKey(given, surroundings, problem) }
}

function readKey(
  given: Record<string, unknown>,
  surroundings: Surroundings,
  problem: (key: string, wrong: string, allowed: string, example: string, shown?: unknown) => void,
): { key: string; fingerprint: string } {
  const source = typeof given.key === 'string' ? given.key : ''
  const pinned =
    typeof given.fingerprint === 'string' ? given.fingerprint.replaceAll(' ', '').toUpperCase() : ''
  const hex = '40 hex digits, as gpg --show-keys prints them'
  if (pinned !== '' && !/^[0-9A-F]{40}$/.test(pinned)) {
    problem('fingerprint', 'is not a fingerprint', hex, OFFICIAL.fingerprint, given.fingerprint)
  }
  if (/^https:\/\//.test(source)) {
    if (pinned === '') {
      problem('fingerprint', 'is not set, though the key is fetched', hex, OFFICIAL.fingerprint)
    }
    return { key: source, fingerprint: pinned }
  }
  const armoured = source.includes('BEGIN PGP') ? source : surroundings.readFile(source)
  const actual = armoured === undefined ? undefined : fingerprint(armoured)
  if (source === '' || armoured === undefined || actual === undefined) {
    const wrong =
      source === ''
        ? 'is not set'
        : armoured === undefined
          ? 'is a file that cannot be read'
          : 'holds no armoured OpenPGP public key'
    problem(
      'key',
      wrong,
      'an https URL, the armoured key, or the path of a file that holds it',
      OFFICIAL.key,
      source || undefined,
    )
    return { key: source, fingerprint: pinned }
  }
  if (pinned !== '' && pinned !== actual) {
    problem(
      'fingerprint',
      `is not that of the key, which is ${actual}`,
      'the fingerprint of the key',
      actual,
      given.fingerprint,
    )
  }
  return { key: armoured ?? '', fingerprint: actual }
}
