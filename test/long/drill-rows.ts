/** Rows with running numbers, and who was told that they are safe. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../engine/support/sandbox.ts'

/** A row whose commit was acknowledged: times of the database in ms, and of this computer. */
export interface Acknowledged {
  n: number
  began: number
  written: number
  received: number
}

/** What the database has of one writer's rows. */
export interface Found {
  count: number
  last: number
  /** Rows whose text is not what their number and their checksum say, or that have no twin. */
  half: number
}

export interface Host {
  /** The stack's sshCommand. */
  login: string
  env: NodeJS.ProcessEnv
}

/** `stdbuf`, as psql keeps what it prints for a pipe until there are 4 KiB of it. */
const PSQL = 'sudo -u postgres stdbuf -oL psql -XAtq --no-password -d app'
const POLL_MS = 200
/** A connection that is not closed is not noticed at all. */
const NOTICE_MS = 60_000

/**
 * Two kilobytes in a row, so that one crosses the borders of blocks, and a twin in another table that
 * the same transaction writes.
 */
export const TABLES = `
CREATE FUNCTION drill_text(writer text, n int) RETURNS text LANGUAGE sql IMMUTABLE
  AS 'SELECT string_agg(md5(writer || n || g), '''') FROM generate_series(1, 60) g';
CREATE TABLE drill_rows (writer text, n int, body text NOT NULL, sum text NOT NULL, PRIMARY KEY (writer, n));
CREATE TABLE drill_twins (writer text, n int, PRIMARY KEY (writer, n));`

/** One transaction a row; psql prints it once the server has committed. */
export const write = (writer: string, seconds: number) => `
WITH next AS (SELECT coalesce(max(n), 0) + 1 AS n FROM drill_rows WHERE writer = '${writer}'),
  made AS (INSERT INTO drill_rows SELECT '${writer}', n, drill_text('${writer}', n),
    md5(drill_text('${writer}', n)) FROM next RETURNING n),
  twin AS (INSERT INTO drill_twins SELECT '${writer}', n FROM made)
SELECT n, round(extract(epoch FROM statement_timestamp()) * 1000),
  round(extract(epoch FROM clock_timestamp()) * 1000) FROM made \\watch ${seconds}`

export const COUNT = `
SELECT r.writer, count(*), max(r.n), count(*) FILTER (WHERE r.sum <> md5(r.body)
  OR r.body <> drill_text(r.writer, r.n) OR t.n IS NULL)
  + (SELECT count(*) FROM drill_twins l WHERE l.writer = r.writer
      AND NOT EXISTS (SELECT FROM drill_rows o WHERE o.writer = l.writer AND o.n = l.n))
FROM drill_rows r LEFT JOIN drill_twins t USING (writer, n) GROUP BY r.writer`

/** What a shell that somebody logs in to prints of itself comes before it. */
const BEGINS = 'drill begins'

/** Runs a script in a shell of the host; what it prints, a line at a time. */
function shell({ login, env }: Host, script: string, line: (line: string) => void = () => {}) {
  const child = spawn('sh', ['-c', login], { cwd: root, env, detached: true })
  const errors = text(child.stderr).catch(() => '')
  const lines: string[] = []
  let begun = false
  createInterface(child.stdout).on('line', (one) => {
    if (begun) {
      lines.push(one)
      line(one)
    }
    begun ||= one === BEGINS
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`echo '${BEGINS}'\n${script}`)
  const ended = new Promise<{ code: number | null; lines: string[]; errors: string }>((done) =>
    child.on('close', async (code) => done({ code, lines, errors: await errors })),
  )
  return { child, ended }
}

const psql = (statements: string) => `${PSQL} <<'END'\n${statements}\nEND\n`

/** @throws with what the host says if the command fails */
export async function onHost(host: Host, script: string): Promise<string[]> {
  const { code, lines, errors } = await shell(host, script).ended
  if (code === 0) return lines
  throw new Error(`the host says:\n${errors}`)
}

export const query = (host: Host, statements: string) => onHost(host, psql(statements))

/** What is there of each writer. */
export async function found(host: Host): Promise<Map<string, Found>> {
  const rows = (await query(host, `${COUNT};`)).map((line) => line.split('|'))
  return new Map(
    rows.map(([writer = '', ...numbers]) => {
      const [count = 0, last = 0, half = 0] = numbers.map(Number)
      return [writer, { count, last, half }]
    }),
  )
}

/** Writes rows until the server, the host or the connection goes, or `stop`. */
export class Writer {
  readonly name: string
  readonly acknowledged: Acknowledged[] = []
  readonly #running: ReturnType<typeof shell>

  constructor(host: Host, name: string, seconds: number) {
    this.name = name
    this.#running = shell(host, psql(write(name, seconds)), (line) => {
      const [, n, began, written] = /^(\d+)\|(\d+)\|(\d+)$/.exec(line)?.map(Number) ?? []
      if (n === undefined || began === undefined || written === undefined) return
      this.acknowledged.push({ n, began, written, received: Date.now() })
    })
  }

  /** The server, the host or the connection is gone: waits until it has noticed, and ends it then. */
  async ends(): Promise<void> {
    await Promise.race([this.#running.ended, sleep(NOTICE_MS, undefined, { ref: false })])
    await this.stop()
  }

  /** @throws if it ends before it has so many */
  async reaches(rows: number): Promise<void> {
    const ended = this.#running.ended.then(({ errors }) => errors)
    while (this.acknowledged.length < rows) {
      const errors = await Promise.race([ended, sleep(POLL_MS)])
      if (errors !== undefined) throw new Error(`writer ${this.name} ended:\n${errors}`)
    }
  }

  async stop(): Promise<void> {
    const { child, ended } = this.#running
    // The login is a shell, an agent and ssh.
    if (child.exitCode === null && child.pid) {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended just now.
      }
    }
    child.stdout.destroy()
    child.stderr.destroy()
    await ended
  }
}
