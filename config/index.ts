import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { ownerHere } from './checkout/checkout.ts'
import { declaredTypes } from './declared.ts'
import { ConfigurationError, message } from './error.ts'
import { formerName } from './former-name.ts'
import { parse, type RawConfig } from './parse.ts'
import type { Settings } from './settings.ts'
import { fromText } from './text.ts'

export type { Settings }

/**
 * The stack's configuration: read once, validated at once.
 * @throws ConfigurationError that names every bad key, its value, what is allowed and the command
 *   that fixes it
 */
export function readConfig(): Settings {
  const types = declaredTypes()
  const project = pulumi.getProject()
  const prefix = `${project}:`
  const raw: RawConfig = {}
  const all = pulumi.runtime.allConfig()
  rejectFormerName(Object.keys(all), project, Object.keys(types))
  for (const [key, text] of Object.entries(all)) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length)
    raw[name] = types[name] === 'string' ? text : fromText(text)
  }
  return parse(raw, {
    project,
    stack: pulumi.getStack(),
    owner: ownerHere(project, pulumi.getOrganization()),
    auth0Domain: new pulumi.Config('auth0').get('domain') ?? process.env.AUTH0_DOMAIN,
    secretKeys: secretKeys(prefix),
    readFile: (path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
    hasFile: (folder, file) => existsSync(`${folder}/${file}`),
  })
}

/** Keys of a former name count for nothing, and with their defaults a stack opens what they close. */
function rejectFormerName(keys: string[], project: string, declared: string[]): void {
  const former = formerName(keys, project, declared)
  if (former === undefined) return
  const found = keys.filter((key) => key.startsWith(`${former}:`)).join(', ')
  const wrong = `stand under the name ${former}, and the project is called ${project}`
  const allowed = `keys without a prefix, or with ${project}:`
  const fix = `sed -i.former 's/^  ${former}:/  /' Pulumi.${pulumi.getStack()}.yaml`
  throw new ConfigurationError([`${found} ${message(wrong, allowed, fix)}`])
}

/** The engine names the keys that hold secrets in this variable, as a JSON list. */
function secretKeys(prefix: string): string[] {
  const keys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || '[]')
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
