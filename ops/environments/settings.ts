import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { namespaced } from '../engine/settings.ts'
import { secretPaths, withoutSecrets } from './secrets.ts'

/** The settings that all ephemeral environments share. */
export const TEMPLATE = 'Pulumi.preview.yaml'
const MARK =
  '# An ephemeral environment, written by ./padlock env up; `env down` removes this file.\n'

export interface StackSettings {
  config: Record<string, unknown>
  encryptionsalt?: string
  secretsprovider?: string
  encryptedkey?: string
}

export const settingsFile = (stack: string): string => `Pulumi.${stack}.yaml`

/**
 * Every key with its prefix. Whole numbers as bigint: an id of 19 digits must be written again digit
 * for digit.
 */
export function readSettings(file: string, project: string): StackSettings {
  const settings = parse(readFileSync(file, 'utf8'), { intAsBigInt: true })
  return { ...settings, config: namespaced(settings?.config, project) }
}

/** @throws Error that says what to do where there is none */
export function readTemplate(project: string): StackSettings & { parent: string; zone: string } {
  if (!existsSync(TEMPLATE)) {
    throw new Error(
      `${TEMPLATE} is not here: it holds what all ephemeral environments share. Write one like Pulumi.dev.yaml, with ${project}:subdomain as the label they lie under (preview).`,
    )
  }
  const settings = readSettings(TEMPLATE, project)
  const parent = settings.config[`${project}:subdomain`]
  const zone = settings.config[`${project}:zone`]
  if (typeof parent !== 'string' || !/^[a-z0-9.-]+$/.test(parent)) {
    throw new Error(
      `${TEMPLATE}: ${project}:subdomain = ${JSON.stringify(parent)} is not the label that the environments' names lie under. Allowed: a DNS label such as preview, which makes pr-12.preview.${zone ?? 'example.com'}.`,
    )
  }
  if (typeof zone !== 'string') {
    throw new Error(
      `${TEMPLATE}: ${project}:zone is not set. Allowed: a zone of the account, such as example.com.`,
    )
  }
  return { ...settings, parent, zone }
}

export interface SettingsOptions {
  project: string
  stack: string
  /** As the key `expires` has it. */
  expires: string
  /** Keys of the project without `padlock:`, over the template's. */
  set: Record<string, unknown>
}

/**
 * Writes the settings of one environment over the template's, so that `pulumi` knows the stack too.
 * @throws Error if the name belongs to a permanent stack
 */
export function writeSettings({ project, stack, expires, set }: SettingsOptions): void {
  const { parent, zone: _, ...settings } = readTemplate(project)
  if (existsSync(settingsFile(stack)) && !writtenHere(stack)) {
    throw new Error(
      `${stack} is a stack of its own (${settingsFile(stack)}), no ephemeral environment. Allowed: a name that no settings file has, such as pr-12.`,
    )
  }
  const own = { ...set, subdomain: `${stack}.${parent}`, expires }
  const prefixed = Object.entries(own).map(([key, value]) => [`${project}:${key}`, value])
  const file = settingsFile(stack)
  const shared = {
    ...settings,
    ...(hasSecrets(settings) && {
      // The template's key stays the template's; the engine gives a new stack one of its own.
      encryptionsalt: undefined,
      encryptedkey: undefined,
      config: withoutSecrets(settings.config) as Record<string, unknown>,
    }),
    // Secrets that were set for this environment alone are written with its own key.
    ...(existsSync(file) && keysOf(readSettings(file, project))),
  }
  const config: Record<string, unknown> = { ...shared.config, ...Object.fromEntries(prefixed) }
  const dns = config[`${project}:dns`] ?? 'digitalocean'
  if (dns !== 'digitalocean') {
    throw new Error(
      `${project}:dns = ${JSON.stringify(dns)} is not for ephemeral environments, whose names lie under one zone of the account. Allowed: digitalocean, or no dns in ${TEMPLATE} and --set. Fix: pulumi config rm dns --config-file ${TEMPLATE}`,
    )
  }
  writeFileSync(file, MARK + stringify({ ...shared, config }))
}

/** Are there values that only the template's own stack can decrypt? */
const hasSecrets = ({ config }: StackSettings): boolean => secretPaths(config).length > 0

const keysOf = ({ encryptionsalt, encryptedkey }: StackSettings) => ({
  ...(encryptionsalt && { encryptionsalt }),
  ...(encryptedkey && { encryptedkey }),
})

/** The keys of the project in an environment's settings file; none where it was made elsewhere. */
export function ownSettings(project: string, stack: string): Record<string, unknown> {
  const file = settingsFile(stack)
  if (!existsSync(file)) return {}
  const { config } = readSettings(file, project)
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`))
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value]))
}

/** Did `env up` write this stack's settings, in this folder? */
export function writtenHere(stack: string): boolean {
  const file = settingsFile(stack)
  return existsSync(file) && readFileSync(file, 'utf8').startsWith(MARK)
}

/** Is there a settings file of this stack in this folder, whoever wrote it? */
export const isKnownHere = (stack: string): boolean => existsSync(settingsFile(stack))

/** Marks a settings file as an environment's, which `env down` removes. */
export function markSettings(stack: string): void {
  const file = settingsFile(stack)
  if (!writtenHere(stack)) writeFileSync(file, MARK + readFileSync(file, 'utf8'))
}

export function removeSettings(stack: string): void {
  if (writtenHere(stack)) rmSync(settingsFile(stack), { force: true })
}
