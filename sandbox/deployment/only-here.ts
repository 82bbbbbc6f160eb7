import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
const KEYS = ['digitalocean:apiEndpoint', 'auth0:domain'] as const
const EXAMPLES = { [KEYS[0]]: 'http://127.0.0.1:8470', [KEYS[1]]: 'localhost:8471' }

/** The settings that a stack's file holds; empty where there is none. */
export async function configOf(stack: string): Promise<Record<string, unknown>> {
  const text = await readFile(settingsFile(stack), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return parse(text)?.config ?? {}
}

/**
 * Both accounts of these stacks must be on this computer, and their settings must say so: what is
 * not set would come from the environment, or be the real one.
 * @throws Error that names stack, key and value
 */
export async function onlyHere(stacks: string[]): Promise<void> {
  for (const stack of stacks) {
    const config = await configOf(stack)
    for (const key of KEYS) {
      const value = config[key]
      if (isLoopback(value)) continue
      const found = value === undefined ? 'not set' : JSON.stringify(value)
      throw new Error(
        `the stack ${stack} is not the sandbox's: ${key} in ${settingsFile(stack)} is ${found}. Nothing was touched.\n` +
          `Allowed: an address on this computer (${LOOPBACK.join(', ')}), such as ${EXAMPLES[key]}.\n` +
          `Fix: restore ${settingsFile(stack)}; for a stack of real accounts use pulumi itself and the operators' verbs (./padlock --help).`,
      )
    }
  }
}

/** The stacks in a sandbox's own backend that have settings here. */
export async function stacksOf(dir: string): Promise<string[]> {
  const folder = join(dir, 'state', '.pulumi', 'stacks')
  const files = await readdir(folder, { recursive: true }).catch(() => [])
  const here = new Set(await readdir('.'))
  return files
    .flatMap((file) => /([\w.-]+)\.json$/.exec(file)?.[1] ?? [])
    .filter((stack) => here.has(settingsFile(stack)))
}

const settingsFile = (stack: string) => `Pulumi.${stack}.yaml`

function isLoopback(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const url = value.includes('://') ? value : `https://${value}`
  return URL.canParse(url) && LOOPBACK.includes(new URL(url).hostname)
}
