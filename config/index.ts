import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { declaredTypes } from './declared.ts'
import { parse } from './parse.ts'
import type { RawConfig } from './reader.ts'

import { grouped, type Settings as Grouped } from './grouped.ts'

/**
 * The stack's configuration: read once, validated at once.
 * @throws ConfigurationError that names every bad key, its value, what is allowed and the command
 *   that mends it.
 */
export function readConfig(): Grouped {
  const types = declaredTypes()
  const prefix = `${pulumi.getProject()}:`
  const raw: RawConfig = {}
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length)
    raw[name] = types[name] === 'string' ? text : fromText(text)
  }
  return grouped(parse(raw, {
    stack: pulumi.getStack(),
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
  }))
}

/** The engine hands every value over as text: lists, objects, numbers and booleans as JSON. */
function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The engine names the keys that hold secrets in this variable, as a JSON list. */
function secretKeys(prefix: string): string[] {
  const keys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || '[]')
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
}
