import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { makePlace } from '../../sandbox/backups/place.ts'
import { FULL, startStorage } from '../../sandbox/spaces/account.ts'
import type { Host } from '../host.ts'

const HOST = join(import.meta.dirname, '../../../host')
const FOLDERS = ['padlock-backup', 'padlock-app'].map((name) =>
  join(HOST, name, 'files/usr/lib/padlock'),
)
/** What the host's program writes for a droplet of 512 MB with 10 GiB, but for where things lie. */
const SETTINGS = `
import sys
sys.path[:0] = sys.argv[1:]
from padlock_database import settings
text = settings.text(settings.fitting(474 * 2**20, 10 * 2**30), '', '', '', '17-main')
places = ('data_directory', 'hba_file', 'ident_file', 'external_pid_file', 'unix_socket', 'include_dir')
print(''.join(line for line in text.splitlines(True) if not line.startswith(places)), end='')
`

/**
 * PostgreSQL, pgBackRest and restic of this computer with the host's own settings and backup program,
 * and a real S3 server as its bucket: no machine, no systemd.
 */
export async function local(): Promise<Host & { end(): Promise<void> }> {
  const storage = await startStorage()
  const owner = storage.client('nyc3', await storage.key('owner', FULL))
  const bucket = 'bench-backups'
  await owner.send(new CreateBucketCommand({ Bucket: bucket }))
  const key = await storage.key('host', { bucket, permission: 'readwrite' })
  const own = execFileSync('python3', [
    ...['-B', '-c', SETTINGS],
    ...['padlock-app', 'padlock-database'].map((name) => join(HOST, name, 'files/usr/lib/padlock')),
  ])
  const settings = [...own.toString().trim().split('\n'), 'fsync = on']
  const place = await makePlace(storage.authority.rootPath, settings)
  const programs = place.env.PROGRAMS as string
  const control = [`${programs}/pg_ctl`, '--silent', '-w', '-D', join(place.dir, 'data')]
  const start = [...control, '-l', join(place.dir, 'run/log'), 'start']
  const backup = join(import.meta.dirname, '../../sandbox/backups/host.py')
  const file = join(place.dir, 'place.json')
  writeFileSync(
    file,
    JSON.stringify({
      ...{ data: join(place.dir, 'data'), sockets: join(place.dir, 'run'), programs },
      start: ['runuser', '--user', 'postgres', '--', ...start],
      restart: ['systemctl', 'restart'],
      backup: ['python3', '-B', backup, place.dir, ...FOLDERS, '0'],
      pgbackrest: join(place.dir, 'home/pgbackrest.conf'),
    }),
  )
  const { code, stderr } = await place.backup('up', {
    ...{ database: true, files: true, endpoint: `localhost:${storage.spaces.port}` },
    ...{ region: 'us-east-1', bucket, prefix: 'bench', keepDaily: 7, keepWeekly: 4 },
    ...{ key: key.accessKeyId, secret: key.secretAccessKey },
    passphrase: 'no-secret-of-anybody-s',
  })
  if (code !== 0) throw new Error(stderr)
  const env = { ...place.env, PLACE: file }
  return {
    // PostgreSQL's programs take options of variables that are set by now.
    program: (words, line) => python(words, { ...process.env, ...env }, line),
    async end() {
      await place.end()
      await storage.end()
    },
  }
}

/** Not in step: the S3 server's front is in this very process. */
async function python(
  [program = '', ...words]: string[],
  env: NodeJS.ProcessEnv,
  told: (line: string) => void = () => {},
): Promise<string[]> {
  const child = spawn('python3', ['-B', join(import.meta.dirname, 'machine', program), ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors = text(child.stderr)
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    told(line)
  })
  // A server that it has started keeps the pipes: not `close`.
  const code = await new Promise((done) => child.on('exit', done))
  await new Promise((done) => setTimeout(done, 100))
  if (code !== 0) throw new Error(`${program} says:\n${await errors}`)
  return lines
}
