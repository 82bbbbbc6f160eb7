import { isIP } from 'node:net'

/** Whether a host name or address (brackets allowed) can only mean this computer (RFC 6761 section 6.3). */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(name) === 4) return name.startsWith('127.')
  if (isIP(name) === 6) return name === '::1'
  return name === 'localhost' || name.endsWith('.localhost')
}

/**
 * Throws unless `url` points to this computer. A stand-in must never act on a real account.
 * @param plugin the plugin's name, as in `pulumi plugin install resource NAME`
 */
export function requireLoopback(plugin: string, version: string, url: string): void {
  let host: string
  try {
    host = new URL(url).hostname
  } catch {
    throw new Error(`invalid endpoint '${url}' for provider ${plugin}: not a URL`)
  }
  if (isLoopback(host)) return
  throw new Error(
    `this is a stand-in for the ${plugin} provider plugin: it talks to simulators on this computer only ` +
      `(127.0.0.0/8, ::1, localhost, *.localhost) and refuses '${host}'. For a real account install the real ` +
      `plugin: pulumi plugin install resource ${plugin} v${version}`,
  )
}
