import type { IncomingMessage } from 'node:http'
import type { ParameterizedContext } from 'koa'

/**
 * Everything a page needs comes from the tenant itself, and no page may be framed. `form-action`
 * is left out on purpose: browsers apply it to the redirects after a login as well.
 */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

export function sendPage(ctx: ParameterizedContext, status: number, html: string): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.set({
    'Content-Security-Policy': POLICY,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  })
  ctx.body = html
}

/** Far more than any form here. */
const MAX_BODY_BYTES = 64 * 1024

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > MAX_BODY_BYTES) throw new Error(`a body of more than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(request))
}
