import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const FOLDERS = ['padlock-backup', 'padlock-app', 'padlock-volume'].map((name) =>
  join(import.meta.dirname, '../../../../host', name, 'files/usr/lib/padlock'),
)

/** A program's words before those of Python, which has a file system of 40 MiB at a folder then. */
export const small = (folder: string): string[] => [
  ...['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])],
  ...['sh', '-c', 'mount -t tmpfs -o size=40m tmpfs "$0" && exec "$@"', folder],
]

/**
 * Runs Python in the package of backups; `say(value)` tells its answer, `temporary()` makes a folder
 * that goes with the program.
 * @param words what runs it, as of `small`
 * @throws Error with what it wrote where it fails
 */
export function python(code: string, words: string[] = []): unknown {
  const program = `import atexit, json, os, shutil, subprocess, sys, tempfile
from datetime import UTC, datetime
from types import SimpleNamespace
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import host, meant, places, recovery, restore, swap
from padlock_release import log
from padlock_release.failure import Failure
log.say = lambda text: None
def say(value):
    print(json.dumps(value), flush=True)
def temporary():
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
${code}`
  const [command = '', ...rest] = [...words, 'python3', '-c', program, ...FOLDERS]
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
