import { capture } from '../engine/pulumi.ts'

/** The stack whose settings the template is, and with whose key its secrets are encrypted. */
const STACK = 'preview'

type Tree = unknown

const isSecure = (value: Tree): boolean =>
  typeof value === 'object' && value !== null && 'secure' in value

/** The way to each encrypted value, from the configuration key on. */
export function secretPaths(value: Tree, path: (string | number)[] = []): (string | number)[][] {
  if (isSecure(value)) return [path]
  if (Array.isArray(value)) return value.flatMap((one, at) => secretPaths(one, [...path, at]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => secretPaths(one, [...path, key]))
}

/** The configuration without its encrypted values, which are of no use under another key; in a list an empty text keeps the place. */
export function withoutSecrets(value: Tree): Tree {
  if (Array.isArray(value)) return value.map((one) => (isSecure(one) ? '' : withoutSecrets(one)))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, one]) => !isSecure(one))
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutSecrets(one)]))
}

/**
 * Decrypts the template's secrets with its own stack's key and sets them for an environment, over
 * standard input: Pulumi Cloud and key services encrypt for one stack. `PADLOCK_TEMPLATE_PASSPHRASE`
 * opens a template whose passphrase is not the one of the environment's own state, as in a drill.
 * @throws Error if the template's stack is not there, or its key opens them no more
 */
export async function giveSecrets(config: Record<string, Tree>, stack: string): Promise<void> {
  const paths = secretPaths(config)
  if (paths.length === 0) return
  const own = process.env.PADLOCK_TEMPLATE_PASSPHRASE
  const read = await capture(
    ['config', '--show-secrets', '--json', '--stack', STACK],
    own ? { PULUMI_CONFIG_PASSPHRASE: own } : {},
  )
  if (read.code !== 0) {
    throw new Error(
      `the secrets in Pulumi.${STACK}.yaml cannot be read:\n${read.stderr.trim()}\n` +
        `Fix: pulumi stack init ${STACK}, and set them anew with --stack ${STACK}; or name an ESC environment in that file (environment: [...]).`,
    )
  }
  const plain: Record<string, { value?: string; objectValue?: Tree }> = JSON.parse(read.stdout)
  for (const [key = '', ...rest] of paths) {
    const { value, objectValue = value } = plain[String(key)] ?? {}
    const found = rest.reduce<Tree>(
      (tree, step) => (tree as Record<string, Tree>)?.[step],
      objectValue,
    )
    const set = ['config', 'set', '--secret', '--path', written([key, ...rest]), '--stack', stack]
    const { code, stderr } = await capture(set, {}, String(found))
    if (code !== 0) throw new Error(`${written([key, ...rest])} cannot be set:\n${stderr.trim()}`)
  }
}

/** `padlock:appSecrets.NAME`, as --path reads it. */
function written([key, ...rest]: (string | number)[]): string {
  const steps = rest.map((step) =>
    typeof step === 'number'
      ? `[${step}]`
      : /^[A-Za-z_]\w*$/.test(step)
        ? `.${step}`
        : `["${step}"]`,
  )
  return [key, ...steps].join('')
}
