import * as check from './checks.ts'
import type { Reader } from './reader.ts'
import type { AppOrigin, Surroundings } from './settings.ts'

/** Names that the deployment itself gives to the app. */
const RESERVED = [
  'ALLOWED_DOMAINS',
  'ALLOWED_EMAILS',
  'APP_RELEASE',
  'APP_SECRET_KEY',
  'APP_SOCKET',
  'APP_URL',
  'AUTH0_CLIENT_ID',
  'AUTH0_CLIENT_SECRET',
  'AUTH0_DOMAIN',
]

/** Reads what runs, with what environment, and how long it may take to become ready. */
export function readApp(reader: Reader, surroundings: Surroundings) {
  const appEnv = reader.dictionary('appEnv', false)
  const appSecrets = reader.dictionary('appSecrets', true)
  requireSecret(reader, surroundings, 'appSecrets', Object.keys(appSecrets).length > 0)
  reportNames(reader, 'appEnv', appEnv, {})
  reportNames(reader, 'appSecrets', appSecrets, appEnv)
  return {
    app: readOrigin(reader, surroundings),
    appEnv,
    appSecrets,
    appMemoryMiB: reader.integer('appMemoryMiB', 'number of MiB', 64, 65536, 256),
    readyPath: reader.text(
      'readyPath',
      'pulumi config set readyPath /readyz',
      'a path that begins with /',
      (text) => (/^\/[\w./~-]*$/.test(text) ? undefined : 'is not a path'),
    ),
    readySeconds: reader.integer('readySeconds', 'number of seconds', 1, 900, 90),
  }
}

function requireSecret(
  reader: Reader,
  surroundings: Surroundings,
  key: string,
  set: boolean,
): void {
  if (!set || surroundings.secretKeys.includes(key)) return
  reader.report({
    key,
    wrong: 'is in the configuration in plain text',
    allowed: 'a value set with --secret',
    mend:
      key === 'appSecrets'
        ? `pulumi config set --secret --path '${key}.NAME' VALUE, and change the value: it has been seen`
        : `pulumi config set --secret ${key} VALUE, and change the value: it has been seen`,
  })
}

function reportNames(
  reader: Reader,
  key: string,
  names: Record<string, string>,
  others: Record<string, string>,
): void {
  for (const name of Object.keys(names)) {
    const wrong = RESERVED.includes(name)
      ? 'is set by the deployment itself'
      : name in others
        ? 'is in appEnv as well'
        : undefined
    if (!wrong) continue
    reader.report({
      key: `${key}.${name}`,
      wrong,
      allowed: `names other than ${RESERVED.join(', ')}, each once`,
      mend: `pulumi config rm --path '${key}.${name}'`,
    })
  }
}

function readOrigin(reader: Reader, surroundings: Surroundings): AppOrigin {
  const image = reader.text(
    'appImage',
    `pulumi config set appImage ghcr.io/acme/shop@sha256:${'<64 hex digits>'}`,
    'registry/name@sha256:digest',
    (text) => (text === '' ? undefined : check.imageByDigest(text)),
  )
  const user = reader.text(
    'appRegistryUser',
    'pulumi config rm appRegistryUser',
    'a user name',
    () => undefined,
  )
  const password = readPassword(reader, surroundings)
  if (image !== '') {
    reportBesideImage(reader)
    reportHalfLogin(reader, user, password)
    return { kind: 'image', image, registry: user ? { user, password } : undefined }
  }
  if (user !== '' || password !== '') {
    reader.report({
      key: user !== '' ? 'appRegistryUser' : 'appRegistryPassword',
      wrong: 'is set without appImage',
      allowed: 'registry credentials only for an image',
      mend: 'pulumi config rm appRegistryUser; pulumi config rm appRegistryPassword',
    })
  }
  const folder = reader.text(
    'appSource',
    'pulumi config set appSource app',
    'a folder of this project that holds a Containerfile or a Dockerfile',
    (text) => wrongFolder(text || 'app', surroundings),
  )
  const baseImage = reader.text(
    'appBaseImage',
    'pulumi config rm appBaseImage',
    'the name of an image',
    (text) =>
      text === '' ||
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(text)
        ? undefined
        : 'is not an image name with its registry',
  )
  return { kind: 'source', folder: folder || 'app', baseImage: baseImage || undefined }
}

function readPassword(reader: Reader, surroundings: Surroundings): string {
  const value = reader.value('appRegistryPassword')
  if (value !== undefined && typeof value !== 'string') {
    reader.report({
      key: 'appRegistryPassword',
      wrong: 'is not a text',
      allowed: 'a password or a token',
      mend: 'pulumi config set --secret appRegistryPassword VALUE',
    })
    return ''
  }
  requireSecret(reader, surroundings, 'appRegistryPassword', Boolean(value))
  return value ?? ''
}

function reportBesideImage(reader: Reader): void {
  for (const key of ['appSource', 'appBaseImage']) {
    const value = reader.value(key)
    if (value) {
      reader.report({
        key,
        value,
        wrong: 'is set beside appImage, but an image is not built',
        allowed: `either appImage or ${key}`,
        mend: `pulumi config rm ${key}`,
      })
    }
  }
}

function reportHalfLogin(reader: Reader, user: string, password: string): void {
  if ((user === '') === (password === '')) return
  const missing = user === '' ? 'appRegistryUser' : 'appRegistryPassword'
  reader.report({
    key: missing,
    wrong: 'is not set, though the other half of the registry login is',
    allowed: 'both or none of appRegistryUser and appRegistryPassword',
    mend: `pulumi config set ${user === '' ? '' : '--secret '}${missing} VALUE`,
  })
}

function wrongFolder(folder: string, surroundings: Surroundings): string | undefined {
  if (folder.startsWith('/') || folder.split('/').includes('..')) return 'is outside of the project'
  const found = ['Containerfile', 'Dockerfile'].some((file) => surroundings.hasFile(folder, file))
  return found ? undefined : 'is not a folder with a Containerfile'
}
