import type { SandboxStatus } from '../control.ts'

/** The sandbox's own account of itself, as lines for a person. */
export function report(status: SandboxStatus): string {
  const lines = [`sandbox, process ${status.pid}, since ${status.startedAt}`]
  for (const { name, state, where, detail } of status.parts) {
    lines.push(
      `  ${name.padEnd(14)} ${state.padEnd(10)} ${where ?? ''}${detail ? ` ${detail}` : ''}`.trimEnd(),
    )
  }
  const things = [...status.inventory.digitalocean, ...status.inventory.auth0]
  lines.push(
    ...section(
      'droplets',
      status.droplets.map(
        ({ name, id, machine, addresses }) => `${name} (${id}) ${machine} ${addresses.join(' ')}`,
      ),
    ),
  )
  lines.push(
    ...section(
      'accounts',
      things.map(({ kind, name, id }) => `${kind} ${name}${name === id ? '' : ` (${id})`}`),
    ),
  )
  lines.push(...section('problems', status.problems))
  return lines.join('\n')
}

function section(title: string, rows: string[]): string[] {
  return rows.length > 0 ? [title, ...rows.map((row) => `  ${row}`)] : []
}
