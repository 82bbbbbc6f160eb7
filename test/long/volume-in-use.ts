/** A volume with an app's files and a database, on a machine: the night's backup, files that come back, growth. */
import type { Listed } from '../../ops/backups/list.ts'
import { type Host, onHost } from './drill-rows.ts'

/** In the app's own container, by whoever runs it (padlock_release/appuser.py). */
export const inApp = (command: string) => `sudo python3 - <<'END'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, '/usr/lib/padlock')
from padlock_release import appuser
[name] = appuser.run('podman', 'ps', '--format', '{{.Names}}').stdout.split()
print(appuser.run('podman', 'exec', name, 'sh', '-c', ${JSON.stringify(command)}).stdout, end='')
END
`
const NIGHT = `sudo systemctl start padlock-backup.service padlock-backup-check.service
systemctl show --property=Result --value padlock-backup.service padlock-backup-check.service
`

/**
 * Needs a stack with a database on the host, backups, and the app's directory `/data` on a volume of 2 GiB,
 * which has 3 in the end.
 * @param running its host, from `beforeAll` on
 * @param padlock the verb's output; fails where it fails
 * @param grow has the volume grow to so many GiB
 */
export function volumeInUseTests(
  running: () => Host,
  padlock: (words: string) => Promise<string>,
  grow: (gib: number) => Promise<void>,
): void {
  const ask = async (script: string) => (await onHost(running(), script)).filter((line) => line)
  const listed = async (): Promise<Listed[]> =>
    JSON.parse(await padlock('backup list --json --stack dev'))

  test('the night’s units back up rows and files in both places, and the next look finds all well', async () => {
    await ask(inApp('echo of the app >/data/upload'))
    const counts = async () => (await listed()).map(({ backups }) => backups.length)
    const before = await counts()
    expect(await ask(NIGHT)).toEqual(['success', 'success'])
    // PostgreSQL hands its log on under the same locks.
    expect(await ask('ls -d /tmp/pgbackrest\n')).toEqual(['/tmp/pgbackrest'])
    expect((await listed()).map(({ what, where }) => `${what} ${where}`)).toEqual([
      ...['database volume', 'database bucket', 'files volume', 'files bucket'],
    ])
    expect(await counts()).toEqual(before.map((count) => count + 1))
  })

  test('a file that the app has lost comes back into its container', async () => {
    const files = (await listed()).find((one) => one.what === 'files' && one.where === 'bucket')
    await ask(inApp('rm /data/upload'))
    await padlock(`restore --backup ${files?.backups.at(-1)?.label} --stack dev --yes`)
    expect(await ask(inApp('cat /data/upload; touch /data/another; ls /data'))).toEqual([
      ...['of the app', 'another', 'upload'],
    ])
  })

  test('the volume grows under them, and more of the log may wait', async () => {
    const seen = `df --output=size -BM /srv/volume | tail -1
sudo grep archive-push-queue-max /var/lib/padlock/backup/pgbackrest.conf
cat /proc/sys/kernel/random/boot_id
`
    const numbers = async () => {
      const [size = '', queue = '', boot] = await ask(seen)
      return { size: Number.parseInt(size, 10), queue: Number(queue.split('=')[1]), boot }
    }
    const before = await numbers()
    await grow(3)
    const after = await numbers()
    expect(after.size).toBeGreaterThan(2800)
    expect(after.queue / before.queue).toBeCloseTo(1.5, 1)
    expect(after.boot).toBe(before.boot)
    expect(await ask(inApp('cat /data/upload'))).toEqual(['of the app'])
  })
}
