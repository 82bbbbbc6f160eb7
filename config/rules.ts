/** What must fit together. A value that is bad by itself may have any type here. */
import { closestMatch } from 'leven'
import * as v from 'valibot'
import { restorableFits } from './backups/restorable.ts'
import { backupsFit } from './backups/rules.ts'
import { databaseFits } from './database/rules.ts'
import { edgeFits } from './edge/rules.ts'
import { message, pathItem } from './error.ts'
import { providerFits } from './provider/rules.ts'
import { type keys, RESERVED } from './schema.ts'
import { seedFits } from './seed/rules.ts'
import type { Context } from './settings.ts'
import { aliasProblems } from './site/aliases.ts'
import { nameSource } from './site/name-source.ts'
import { ALLOWED_NAMES, hostnameOf, nameProblem } from './site/names.ts'
import { keysOfSource } from './site/of-source.ts'
import { privateZoneIsServed } from './site/private-zone.ts'
import { tunnelProblems } from './tunnels/problems.ts'
import { isObject, otherName } from './values.ts'
import { volumesFit } from './volume/rules.ts'
import { respelt, sameNumber } from './written.ts'

/** The keys' values, parsed. */
export type Values = v.InferOutput<v.ObjectSchema<ReturnType<typeof keys>, undefined>>

/** Reports a problem of one key, or of one name in it; the value is shown only if asked. */
export type Report = (
  key: string,
  message: string,
  more?: { show?: boolean; name?: string },
) => void

/** Applies every rule, whatever else is wrong. */
export function rules(known: string[], context: Context) {
  return v.rawCheck<Values>(({ dataset, addIssue }) => {
    const values = dataset.value as Values
    const report: Report = (key, message, { show, name } = {}) => {
      const item = pathItem(values, key)
      const path: [v.IssuePathItem, ...v.IssuePathItem[]] = [item]
      if (name) path.push(pathItem(item.value as object, name))
      addIssue({ message, path, input: show ? item.value : undefined })
    }
    names(report, context)
    unknownKeys(values, report, known)
    nameSource(values, report)
    keysOfSource(values, report)
    privateZoneIsServed(values, report)
    differentPorts(values, report)
    visitors(values, report)
    providerFits(values, report)
    edgeFits(values, report)
    volumesFit(values, report)
    databaseFits(values, report)
    backupsFit(values, report)
    restorableFits(values, report)
    seedFits(values, report)
    verifiedAreConnections(values, report)
    appOrigin(values, report, context)
    secretsAreSecret(values, report, context)
    oneLogin(values, report)
    namesOnce(values, report)
    portIsGiven(values, report)
    asWritten(values, report, context)
    agentHasKeys(values, report)
    clientsHaveCertificates(values, report)
    noAuthorityIsAsked(values, report)
    closedSite(values, report)
    plainIsPrivate(values, report)
    aliasProblems(values, hostnameOf(values, context.stack), report)
    tunnelProblems(values, hostnameOf(values, context.stack), report)
    ownerIsKnown(values, report, context)
  })
}

/** Keys of earlier versions. */
const MOVED: Record<string, { allowed: string; fix: string }> = {
  appRegistryUser: {
    allowed: 'appRegistries, a login for each registry',
    fix: `pulumi config set --path 'appRegistries["HOST"].user' NAME`,
  },
  appRegistryPassword: {
    allowed: 'appRegistries, a login for each registry',
    fix: `pulumi config set --secret --path 'appRegistries["HOST"].password'`,
  },
}

/** Everything is named after project and stack, and fails at different moments where it cannot be. */
function names(report: Report, { project, stack }: Context): void {
  const problem = nameProblem(project, stack)
  if (!problem) return
  const { whose, better } = problem
  const name = { project, stack }[whose]
  const fix =
    whose === 'stack'
      ? `pulumi stack rename ${better}`
      : `name: ${better} in Pulumi.yaml, and the prefix ${better}: in the settings`
  const wrong = 'cannot be part of the names of droplets, tags and hosts'
  report(`the ${whose}’s name ${name}`, message(wrong, ALLOWED_NAMES, fix))
}

/** A misspelt key would otherwise be ignored in silence. */
function unknownKeys(values: Values, report: Report, known: string[]): void {
  const lowerCase = new Map(known.map((key) => [key.toLowerCase(), key]))
  for (const key of Object.keys(values)) {
    if (known.includes(key) || key === 'auth0:domain') continue
    const moved = MOVED[key]
    if (moved) {
      report(
        key,
        message('is no key any more', moved.allowed, `${moved.fix}; pulumi config rm {path}`),
      )
      continue
    }
    const near = closestMatch(key.toLowerCase(), [...lowerCase.keys()], { maxDistance: 2 })
    const meant = near === undefined ? '' : ` (did you mean ${lowerCase.get(near)}?)`
    const wrong = `is not a key of this project${meant}`
    report(key, message(wrong, 'the keys in Pulumi.yaml', 'pulumi config rm {path}'))
  }
}

const USUAL_PORTS = { sshPort: 22, httpPort: 80, httpsPort: 443 } as const

/** Names the port that was moved away from its usual number, as that is the one to move back. */
function differentPorts(values: Values, report: Report): void {
  const ports = Object.keys(USUAL_PORTS) as (keyof typeof USUAL_PORTS)[]
  for (const [index, one] of ports.entries()) {
    for (const other of ports.slice(index + 1)) {
      if (values[one] !== values[other]) continue
      const [moved, kept] = values[one] === USUAL_PORTS[one] ? [other, one] : [one, other]
      const fix = `pulumi config set {path} ${USUAL_PORTS[moved]}`
      const wrong = `is the same as ${kept}`
      report(moved, message(wrong, 'three different ports', fix), { show: true })
    }
  }
}

const NOBODY = message(
  'and allowedDomains are both empty, so nobody could use the app',
  'at least one address or one domain',
  "pulumi config set --path '{path}[0]' you@example.com",
)

const NOT_PUBLIC = message(
  'is none, so everybody may use the site',
  'none only where public says that it is meant',
  'pulumi config set public true, or pulumi config set {path} app',
)
const NO_TENANT = message(
  'is not set',
  "the tenant's domain, such as acme.eu.auth0.com",
  'pulumi config set {path} acme.eu.auth0.com',
)
const LISTED = message(
  'lists people, but nobody logs in where login is none',
  'lists only with a login',
  'pulumi config rm {path}',
)

/** A list, and a tenant to ask who somebody is; or the word that everybody may come in. */
function visitors(values: Values, report: Report): void {
  const { login, allowedEmails, allowedDomains } = values
  const listed = allowedEmails?.length > 0 || allowedDomains?.length > 0
  if (login === 'none') {
    if (values.public !== true) report('login', NOT_PUBLIC)
    for (const [key, list] of Object.entries({ allowedEmails, allowedDomains })) {
      if (list?.length > 0) report(key, LISTED)
    }
    return
  }
  const atAuth0 = values.provider === 'auth0'
  if (atAuth0 && values['auth0:domain'] === '') report('auth0:domain', NO_TENANT)
  if (!listed) report('allowedEmails', NOBODY, { show: true })
}

function verifiedAreConnections(values: Values, report: Report): void {
  const { connections, verifiedConnections } = values
  if (!Array.isArray(connections) || !Array.isArray(verifiedConnections)) return
  const other = verifiedConnections.find((name) => !connections.includes(name))
  const wrong = message(
    `names "${other}", which is not in connections`,
    'names that are in connections',
    'pulumi config rm {path}',
  )
  if (other !== undefined) report('verifiedConnections', wrong)
}

function appOrigin(values: Values, report: Report, { hasFile }: Context): void {
  const { appImage, appSource, appBaseImage } = values
  if (appImage === '') {
    const wrong = wrongFolder(String(appSource || 'app'), hasFile)
    const allowed = 'a folder of this project that holds a Containerfile or a Dockerfile'
    const fix = 'pulumi config set {path} app'
    if (wrong) report('appSource', message(wrong, allowed, fix), { show: true })
    return
  }
  const wrong = 'is set beside appImage, but an image is not built'
  for (const [key, value] of Object.entries({ appSource, appBaseImage })) {
    const beside = message(wrong, `either appImage or ${key}`, 'pulumi config rm {path}')
    if (value !== '') report(key, beside, { show: true })
  }
}

function wrongFolder(folder: string, hasFile: Context['hasFile']): string | undefined {
  if (folder.startsWith('/') || folder.split('/').includes('..')) return 'is outside of the project'
  return hasFile(folder, 'Containerfile') || hasFile(folder, 'Dockerfile')
    ? undefined
    : 'is not a folder with a Containerfile'
}

function secretsAreSecret(values: Values, report: Report, { secretKeys }: Context): void {
  const { appSecrets, appRegistries, clientSecret, duckdnsToken } = values
  const check = (key: string, isSet: boolean, path: string) => {
    const fix = `pulumi config set --secret ${path}, and change the value: it has been seen`
    const wrong = 'is in the configuration in plain text'
    if (isSet && !secretKeys.includes(key))
      report(key, message(wrong, 'a value set with --secret', fix))
  }
  check('clientSecret', Boolean(clientSecret), '{path}')
  check('duckdnsToken', Boolean(duckdnsToken), '{path}')
  check('backupAccessKey', Boolean(values.backupAccessKey), '{path}')
  check('backupSecretKey', Boolean(values.backupSecretKey), '{path}')
  check('backupReaderAccessKey', Boolean(values.backupReaderAccessKey), '{path}')
  check('backupReaderSecretKey', Boolean(values.backupReaderSecretKey), '{path}')
  check('seedReader', Boolean(values.seedReader), '{path}')
  check('appSecrets', Object.keys(appSecrets ?? {}).length > 0, "--path '{path}.NAME'")
  const anyLogin = Object.keys(appRegistries ?? {}).length > 0
  check('appRegistries', anyLogin, `--path '{path}["HOST"].password'`)
}

const TEAM_REGISTRY = 'registry.digitalocean.com'
const TWO_LOGINS = message(
  `has a login for ${TEAM_REGISTRY} beside registry = true, which makes one`,
  'one of the two',
  `pulumi config rm --path 'appRegistries["${TEAM_REGISTRY}"]', or pulumi config set registry false`,
)

function oneLogin({ registry, appRegistries }: Values, report: Report): void {
  if (registry !== true || !isObject(appRegistries)) return
  const [name] = Object.keys(appRegistries).filter((place) => place.startsWith(TEAM_REGISTRY))
  if (name) report('appRegistries', TWO_LOGINS)
}

const NO_KEY = message(
  'is empty, so no key of an agent would open the host',
  'the public keys of those whose agent deploys, where sshKey is agent',
  'pulumi config set --path \'{path}[0]\' "$(ssh-add -L | head -n 1)"',
)

function agentHasKeys({ sshKey, adminSshKeys }: Values, report: Report): void {
  if (sshKey === 'agent' && adminSshKeys?.length === 0) report('adminSshKeys', NO_KEY)
}

const NO_CLIENT = message(
  'is empty, so clientAuth would ask for certificates that nobody has',
  'at least one name, where clientAuth is request or require',
  "pulumi config set --path '{path}[0]' alice, or pulumi config set clientAuth off",
)

function clientsHaveCertificates({ clientAuth, clientCertificates }: Values, report: Report): void {
  const asks = clientAuth === 'request' || clientAuth === 'require'
  if (asks && clientCertificates?.length === 0) report('clientCertificates', NO_CLIENT)
}

const UNASKED: Record<string, string> = {
  private: 'where the stack signs the certificate and asks no authority',
  off: 'where there is no certificate',
}

function noAuthorityIsAsked(values: Values, report: Report): void {
  const why = UNASKED[values.tls]
  if (!why) return
  const NOT_ASKED = message(
    `is set beside tls = "${values.tls}", ${why}`,
    'only with tls = "acme"',
    'pulumi config rm {path}, or pulumi config set tls acme',
  )
  for (const key of ['acmeEmail', 'acmeRoot', 'siteRoot'] as const) {
    if (values[key] !== '') report(key, NOT_ASKED)
  }
}

const ASKED_FROM_ANYWHERE = message(
  'closes the site to a public authority, which asks from anywhere before it signs',
  'networks only where tls is private or off',
  'pulumi config set tls private, or pulumi config rm {path}',
)

function closedSite({ tls, siteFrom }: Values, report: Report): void {
  if (tls === 'acme' && siteFrom?.length > 0) report('siteFrom', ASKED_FROM_ANYWHERE)
}

const PLAIN_LOGIN = message(
  'is not none, and tls = "off" would send who logs in, and every session, in plain text',
  'none, where tls is off',
  'pulumi config set tls private, or pulumi config set {path} none',
)
const PLAIN_TO_ALL = message(
  'leaves the site open to everybody, and tls = "off" lets everybody on the way read along',
  'the networks of those who are meant, each a /8 or smaller (/16 for IPv6), where tls is off',
  "pulumi config set --path '{path}[0]' 203.0.113.0/24, or pulumi config set tls private",
)
const PLAIN_CLIENTS = message(
  'asks for certificates, which there are none of where tls is off',
  'off, where tls is off',
  'pulumi config set tls private, or pulumi config set {path} off',
)

/** Two halves of the internet are all of it. */
function isVast(network: string): boolean {
  const [address = '', bits] = network.split('/')
  return bits !== undefined && Number(bits) < (address.includes(':') ? 16 : 8)
}

function plainIsPrivate({ tls, login, siteFrom, clientAuth }: Values, report: Report): void {
  if (tls !== 'off') return
  if (login !== 'none') report('login', PLAIN_LOGIN, { show: true })
  const open = siteFrom?.length === 0 || siteFrom?.some(isVast)
  if (open) report('siteFrom', PLAIN_TO_ALL, { show: true })
  if (clientAuth !== 'off') report('clientAuth', PLAIN_CLIENTS, { show: true })
}

function portIsGiven({ appPort, appEnv, appSecrets }: Values, report: Report): void {
  if (appPort === 0) return
  const wrong = otherName(['PORT'])('is set by appPort')
  for (const [key, names] of Object.entries({ appEnv, appSecrets })) {
    if (isObject(names) && Object.hasOwn(names, 'PORT')) report(key, wrong, { name: 'PORT' })
  }
}

function namesOnce({ appEnv, appSecrets }: Values, report: Report): void {
  if (!isObject(appEnv) || !isObject(appSecrets)) return
  const wrong = otherName(RESERVED)('is in appEnv as well')
  for (const name of Object.keys(appSecrets)) {
    if (Object.hasOwn(appEnv, name)) report('appSecrets', wrong, { name })
  }
}

/**
 * A number that the engine spells anew is not what the app is meant to get. The file is the stack's
 * usual one; another one that `--config-file` names is not known here.
 */
function asWritten(
  { appEnv }: Values,
  report: Report,
  { project, stack, readFile }: Context,
): void {
  const file = `Pulumi.${stack}.yaml`
  if (!isObject(appEnv)) return
  for (const [name, written] of Object.entries(
    respelt(readFile(file) ?? '', ['appEnv', `${project}:appEnv`]),
  )) {
    if (!Object.hasOwn(appEnv, name) || !sameNumber(written, String(appEnv[name]))) continue
    if (String(appEnv[name]) === written) continue
    const wrong = `is ${written} in ${file}, a number that arrives as ${appEnv[name]}`
    const fix = `pulumi config set --path '{path}' ${written}`
    report('appEnv', message(wrong, 'a text; in a file, one in quotes', fix), { name })
  }
}

/** Two clones of one repository must come to the same id, and a shared backend tells too little. */
function ownerIsKnown({ owner }: Values, report: Report, context: Context): void {
  if (owner !== '' || context.owner) return
  const wrong =
    'is not set, and this checkout has no git remote origin that tells whose its stacks are'
  const allowed =
    'one word for this repository, of lower-case letters and digits, on every computer'
  report('owner', message(wrong, allowed, 'pulumi config set {path} acmeshop'))
}
