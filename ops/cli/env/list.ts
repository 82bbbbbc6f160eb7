import { parseArgs } from 'node:util'
import { formatExpiry } from '../../../config/expiry.ts'
import { type Listed, list } from '../../environments/list.ts'
import { openEnvironments } from './open.ts'

export const help = `padlock env list [--json]

The ephemeral environments, the next to expire first: what the backend's stacks and the
resources in both accounts tell of.

  --json   prints them as JSON on standard output

Exit code 0, also for none.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
  const start = Date.now()
  const context = await openEnvironments({ quiet: true })
  const listed = await list(context)
  const { digitalocean, auth0 } = context.accounts
  if (values.json) {
    console.log(JSON.stringify(listed.map(plain), null, 2))
  } else {
    console.log(listed.length === 0 ? 'No ephemeral environment.' : table(listed))
  }
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  console.error(
    `${listed.length} environment${listed.length === 1 ? '' : 's'} in ${seconds} s (${digitalocean.calls} requests to DigitalOcean, ${auth0.calls} to Auth0)`,
  )
  return 0
}

function plain({ expires, resources, ...rest }: Listed) {
  return {
    ...rest,
    ...(expires && { expires: formatExpiry(expires) }),
    resources: resources.map(({ kind, name, id }) => ({ kind, name, id })),
  }
}

function table(listed: Listed[]): string {
  const rows = [
    ['NAME', 'STATE', 'EXPIRES', '$/HOUR', 'RESOURCES', 'HOST'],
    ...listed.map(({ name, state, expires, costPerHour, resources, host }) => [
      name,
      state,
      expires ? formatExpiry(expires) : '-',
      costPerHour.toFixed(5),
      String(resources.length),
      host,
    ]),
  ]
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
