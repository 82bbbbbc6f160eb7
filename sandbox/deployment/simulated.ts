import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { settingsFile } from '../../ops/environments/settings.ts'

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Does a configuration mean the sandbox of this folder? One whose `digitalocean:apiEndpoint` is a
 * loopback address does; all others mean real accounts.
 * @throws Error if the endpoint is no URL
 */
export function isSimulated(config: Record<string, unknown>): boolean {
  const endpoint = config['digitalocean:apiEndpoint']
  if (endpoint === undefined) return false
  if (!URL.canParse(String(endpoint))) {
    throw new Error(
      `digitalocean:apiEndpoint is "${endpoint}". Allowed: a URL such as https://api.digitalocean.com; without it, that one.`,
    )
  }
  return LOOPBACK.includes(new URL(String(endpoint)).hostname)
}

/** The configuration in a stack's settings file; empty where there is none. */
export async function configOf(stack: string): Promise<Record<string, unknown>> {
  const text = await readFile(settingsFile(stack), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return parse(text)?.config ?? {}
}
