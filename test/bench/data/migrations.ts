import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../engine/support/sandbox.ts'
import { visit } from '../../long/reference-app.ts'
import { measureReleases, type ReleaseBenchOptions } from '../release/measure.ts'
import { sums, table } from '../release/table.ts'
import type { Target } from '../release/target.ts'
import type { Deployed } from './machine.ts'
import type { Result } from './parts.ts'

/** Within the project, as every app's source is. */
const SOURCE = 'node_modules/.cache/padlock-bench-migrations'
/** The last one that comes with the app. */
const FIRST = 1

/**
 * Releases in a row under load, each with a migration of the table that every request writes to, and one
 * in their midst whose migration fails. Every request is a visit of a user who is logged in.
 */
export async function migrationsUnderLoad(
  deployed: Deployed,
  options: ReleaseBenchOptions,
): Promise<Result> {
  const target = await migrating(deployed)
  const visits = () => ask(deployed, 'SELECT coalesce(sum(number), 0) FROM visits')
  try {
    const before = Number(await visits())
    const result = await measureReleases(target, options)
    const counted = Number(await visits()) - before
    const { requests, lost } = sums(result.measured)
    const text = [
      `${result.swaps.length} releases with a migration each, and one whose migration fails:`,
      `${requests} requests, ${lost} lost; ${counted} visits are in the database\n\n${table(result)}`,
    ].join('\n')
    // wrk's last request of each connection may be counted there alone.
    const good = lost === 0 && requests >= options.requests && counted >= requests
    return { text, good }
  } finally {
    await target.close()
  }
}

async function migrating(deployed: Deployed): Promise<Target> {
  const { sandbox, stack, host } = deployed
  const { url: given, ip } = await stack.outputs()
  const url = `${given!.replace(/\/$/, '')}/home`
  const app = join(root, SOURCE)
  rmSync(app, { recursive: true, force: true })
  cpSync(join(root, 'app'), app, {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  // An emulated processor that the load has for itself starts nothing within the usual time.
  stack.set({ appSource: SOURCE, readySeconds: 600, releaseSeconds: 900 })
  const { visitor } = await visit(given!, readFileSync(sandbox.file.ca, 'utf8'))
  const cookies = visitor.cookies.get(new URL(url).host) ?? new Map()
  let last = FIRST
  const migration = (number: number, statement: string) => {
    const [name, former] = [number, number - 1].map((each) => String(each).padStart(4, '0'))
    const file = join(app, `greeter/migrations/versions/${name}_bench.py`)
    const text = `from alembic import op

revision = "${name}"
down_revision = "${former}"


def upgrade():
    op.execute("${statement}")
`
    writeFileSync(file, text)
    return file
  }
  const version = () => ask(deployed, 'SELECT version_num FROM alembic_version')
  return {
    name: 'padlock, a migration with every release',
    url,
    address: ip!,
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    async release() {
      last += 1
      migration(last, `ALTER TABLE visits ADD COLUMN bench_${last} text NOT NULL DEFAULT 'new'`)
      await stack.up()
      if (Number(await version()) !== last) throw new Error(`migration ${last} was not made`)
      const lines = await host.command('sudo /usr/lib/padlock/releases list')
      const releases = JSON.parse(lines.join('\n')) as { state: string; when: string }[]
      return Date.parse(releases.find(({ state }) => state === 'live')!.when)
    },
    async breaks() {
      const file = migration(last + 1, 'ALTER TABLE visits DROP COLUMN no_such_column')
      const { code } = await stack.run('up --yes --skip-preview')
      rmSync(file)
      if (code === 0 || Number(await version()) !== last) {
        throw new Error('a release whose migration fails was not refused')
      }
    },
    // Its migrations are in the database, and no release without them follows.
    async close() {
      rmSync(app, { recursive: true, force: true })
    },
  }
}

/** The app's database; one value. */
async function ask({ host }: Deployed, statement: string): Promise<string> {
  const psql = 'sudo -u postgres psql -XAtq --no-password -d app'
  return (await host.command(`cd / && ${psql} -c "${statement}"`)).at(-1) ?? ''
}
