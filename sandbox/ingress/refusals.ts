/** A whole HTTP answer, in plain text, for a name that leads nowhere. */
export function page(reason: string): string {
  const body = [
    reason,
    '',
    'This is the router of the padlock sandbox. It takes a connection to the address that the',
    "sandbox's name server gives for its host name.",
    'What is there now: ./padlock sandbox status',
    '',
  ].join('\n')
  return [
    'HTTP/1.1 502 Bad Gateway',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

/** A TLS alert record: fatal, unrecognized_name (RFC 6066 section 3, RFC 8446 section 6). */
export const unrecognizedName: Buffer = Buffer.from([21, 3, 3, 0, 2, 2, 112])
