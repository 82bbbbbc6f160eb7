import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * One page of a list, with the Link header for the others (RFC 8288).
 * https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api: 30 items a page
 * unless asked, 100 at most.
 */
export function page<T>(request: FastifyRequest, reply: FastifyReply, items: T[]): T[] {
  const query = request.query as Record<string, string | undefined>
  const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30) || 30))
  const number = Math.max(1, Number(query.page ?? 1) || 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (to: number, rel: string) => {
    const url = new URL(request.url, `http://${request.host}`)
    url.searchParams.set('page', String(to))
    return `<${url}>; rel="${rel}"`
  }
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ]
  if (links.length > 0) reply.header('link', links.join(', '))
  return items.slice((number - 1) * size, number * size)
}
