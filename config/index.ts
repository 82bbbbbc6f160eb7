import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { ownerHere } from './checkout.ts'
import { declaredTypes } from './declared.ts'
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
  const prefix = `${pulumi.getProject()}:`
  const raw: RawConfig = {}
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length)
    raw[name] = types[name] === 'string' ? text : fromText(text)
  }
  return parse(raw, {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    owner: ownerHere(pulumi.getProject(), pulumi.getOrganization()),
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

/** The engine names the keys that hold secrets in this variable, as a JSON list. */
function secretKeys(prefix: string): string[] {
  const keys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || '[]')
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
