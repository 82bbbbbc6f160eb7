/** The project's own app (app/), as tests on machines use it. */
import { Visitor } from './visitor.ts'

/** Its `releaseCommand`. */
export const MIGRATE = '/venv/bin/alembic --config greeter/migrations/alembic.ini upgrade head'

/**
 * Logs in as a user of the sandbox's tenant, whose visit is counted.
 * @param url the stack's output
 * @param root the certificate that the site's chains to
 * @returns the visitor who is logged in, and which visit of that user it was
 * @throws Error with what came in the page's place
 */
export async function visit(
  url: string,
  root: string,
): Promise<{ visitor: Visitor; number: number }> {
  const visitor = new Visitor(root)
  const home = `${url.replace(/\/$/, '')}/home`
  const { reply } = await visitor.logIn(home, 'ada@example.com', 'sandbox')
  const [, number] = /visit number (\d+)/.exec(reply.text) ?? []
  if (!number) throw new Error(`no visit: ${reply.status} ${reply.text}`)
  return { visitor, number: Number(number) }
}
