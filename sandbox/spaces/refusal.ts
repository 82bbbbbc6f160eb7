import type { ServerResponse } from 'node:http'

/** An error as S3 words it. */
export function refuse(
  outgoing: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  const escaped = message.replace(/[<&>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error><Code>${code}</Code><Message>${escaped}</Message></Error>`
  outgoing.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    // What is left of the request is not read.
    connection: 'close',
  })
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body)
}
