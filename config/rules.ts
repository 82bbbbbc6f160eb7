/** What must fit together. A value that is bad by itself may have any type here. */
import { closestMatch } from 'leven'
import * as v from 'valibot'
import { help, pathItem } from './error.ts'
import { type keys, RESERVED } from './schema.ts'
import type { Context } from './settings.ts'
import { isObject, otherName } from './values.ts'

/** The keys' values, parsed. */
export type Values = v.InferOutput<v.ObjectSchema<ReturnType<typeof keys>, undefined>>

/** Reports a problem of one key, or of one name in it; the value is shown only if asked. */
type Report = (key: string, message: string, more?: { show?: boolean; name?: string }) => void

/** Applies every rule, whatever else is wrong. */
export function rules(known: string[], context: Context) {
  return v.rawCheck<Values>(({ dataset, addIssue }) => {
    const values = dataset.value as Values
    const report: Report = (key, message, { show, name } = {}) => {
      const item = pathItem(values, key)
      addIssue({
        message,
        input: show ? item.value : undefined,
        path: name ? [item, pathItem(item.value as object, name)] : [item],
      })
    }
    unknownKeys(values, report, known)
    differentPorts(values, report)
    somebodyMayLogIn(values, report)
    appOrigin(values, report, context)
    secretsAreSecret(values, report, context)
    namesOnce(values, report)
  })
}

/** A misspelt key would otherwise be ignored in silence. */
function unknownKeys(values: Values, report: Report, known: string[]): void {
  for (const key of Object.keys(values)) {
    if (known.includes(key) || key === 'auth0:domain') continue
    const lowerCase = new Map(known.map((one) => [one.toLowerCase(), one]))
    const near = closestMatch(key.toLowerCase(), [...lowerCase.keys()], { maxDistance: 2 })
    const meant = near === undefined ? '' : ` (did you mean ${lowerCase.get(near)}?)`
    const say = help('the keys in Pulumi.yaml', 'pulumi config rm {path}')
    report(key, say(`is not a key of this project${meant}`))
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
      const say = help('three different ports', `pulumi config set {path} ${USUAL_PORTS[moved]}`)
      report(moved, say(`is the same as ${kept}`), { show: true })
    }
  }
}

function somebodyMayLogIn({ allowedEmails, allowedDomains }: Values, report: Report): void {
  if (allowedEmails?.length > 0 || allowedDomains?.length > 0) return
  const say = help(
    'at least one address or one domain',
    "pulumi config set --path '{path}[0]' you@example.com",
  )
  report('allowedEmails', say('and allowedDomains are both empty, so nobody could use the app'), {
    show: true,
  })
}

function appOrigin(values: Values, report: Report, { hasFile }: Context): void {
  const { appImage, appSource, appBaseImage, appRegistryUser, appRegistryPassword } = values
  if (appImage !== '') {
    for (const [key, value] of Object.entries({ appSource, appBaseImage })) {
      if (value === '') continue
      const say = help(`either appImage or ${key}`, 'pulumi config rm {path}')
      report(key, say('is set beside appImage, but an image is not built'), { show: true })
    }
    if ((appRegistryUser === '') === (appRegistryPassword === '')) return
    const missing = appRegistryUser === '' ? 'appRegistryUser' : 'appRegistryPassword'
    const flag = appRegistryUser === '' ? '' : '--secret '
    const say = help(
      'both or none of appRegistryUser and appRegistryPassword',
      `pulumi config set ${flag}{path} VALUE`,
    )
    report(missing, say('is not set, though the other half of the registry login is'))
    return
  }
  if (appRegistryUser !== '' || appRegistryPassword !== '') {
    const say = help(
      'registry credentials only for an image',
      'pulumi config rm appRegistryUser; pulumi config rm appRegistryPassword',
    )
    report(
      appRegistryUser !== '' ? 'appRegistryUser' : 'appRegistryPassword',
      say('is set without appImage'),
    )
  }
  const wrong = wrongFolder(String(appSource || 'app'), hasFile)
  const say = help(
    'a folder of this project that holds a Containerfile or a Dockerfile',
    'pulumi config set {path} app',
  )
  if (wrong) report('appSource', say(wrong), { show: true })
}

function wrongFolder(folder: string, hasFile: Context['hasFile']): string | undefined {
  if (folder.startsWith('/') || folder.split('/').includes('..')) return 'is outside of the project'
  return hasFile(folder, 'Containerfile') || hasFile(folder, 'Dockerfile')
    ? undefined
    : 'is not a folder with a Containerfile'
}

function secretsAreSecret(values: Values, report: Report, { secretKeys }: Context): void {
  const { appSecrets, appRegistryPassword } = values
  const commands = [
    ['appSecrets', Object.keys(appSecrets ?? {}).length > 0, "--path '{path}.NAME'"],
    ['appRegistryPassword', appRegistryPassword !== '', '{path}'],
  ] as const
  for (const [key, isSet, path] of commands) {
    if (!isSet || secretKeys.includes(key)) continue
    const say = help(
      'a value set with --secret',
      `pulumi config set --secret ${path} VALUE, and change the value: it has been seen`,
    )
    report(key, say('is in the configuration in plain text'))
  }
}

function namesOnce({ appEnv, appSecrets }: Values, report: Report): void {
  if (!isObject(appEnv) || !isObject(appSecrets)) return
  for (const name of Object.keys(appSecrets)) {
    if (Object.hasOwn(appEnv, name)) report('appSecrets', otherName(RESERVED)('is in appEnv as well'), { name })
  }
}
