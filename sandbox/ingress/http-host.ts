import type { Peek } from './client-hello.ts'

/** More than any client's headers before and with Host: servers commonly stop at 16 KiB in all. */
const MAX_BYTES = 32 * 1024

/** The host that an HTTP/1 request names, without its port (RFC 9112 section 3.2). */
export function requestHost(bytes: Buffer): Peek {
  const text = bytes.toString('latin1')
  const whole = text.indexOf('\r\n\r\n')
  const head = whole < 0 ? text.slice(0, text.lastIndexOf('\r\n') + 2) : text.slice(0, whole + 2)
  const target = /^[A-Z]+ https?:\/\/([^/\s]+)/i.exec(head)?.[1]
  const field = /\r\nhost:[ \t]*([^\s]*)[ \t]*\r\n/i.exec(head)?.[1]
  const host = target ?? field
  if (host !== undefined) return { name: withoutPort(host) }
  const hopeless = whole >= 0 || bytes.length > MAX_BYTES || !/^[A-Z]{0,20}( |$)/i.test(text)
  return hopeless ? { name: undefined } : 'more'
}

function withoutPort(host: string): string | undefined {
  return host.replace(/:\d*$/, '').toLowerCase() || undefined
}
