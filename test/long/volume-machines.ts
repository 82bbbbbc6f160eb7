/** A volume and two machines: what a guest sees of it, and what outlives whom. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Json, Sandbox } from '../engine/support/sandbox.ts'

/** Emulated, on a computer that does other things as well, a boot may take minutes. */
const BOOT_MS = 480_000
const MINUTES = 60_000
const LINK = '/dev/disk/by-id/scsi-0DO_Volume_data'
const MOUNT = '/srv/volume'

/**
 * Needs nothing but the sandbox: droplets without a stack, and a volume; all of it is gone in the end.
 * @param running the sandbox, from `beforeAll` on; its droplets are machines
 */
export function volumeMachineTests(running: () => Sandbox): void {
  const keys = mkdtempSync(join(tmpdir(), 'volume-keys-'))
  const key = join(keys, 'key')
  let one: number
  let two: number
  let data: string

  const api = (method: string, path: string, body?: object): Promise<Json> =>
    running().digitalocean(method, path, body)

  async function until<T>(what: string, ms: number, ask: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(500)) {
      const answer = await ask().catch(() => undefined)
      if (answer !== undefined) return answer
    }
    throw new Error(`${what}: not within ${ms / 1000} s`)
  }

  async function droplet(name: string): Promise<number> {
    const publicKey = readFileSync(`${key}.pub`, 'utf8').trim()
    const userData = `#cloud-config\nusers:\n  - name: root\n    ssh_authorized_keys: ['${publicKey}']\ndisable_root: false\n`
    const made = await api('POST', '/droplets', {
      ...{ name, region: 'ams3', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' },
      user_data: userData,
    })
    return made.droplet.id
  }

  /** Runs a command as root on the droplet. */
  async function on(id: number, command: string): Promise<string> {
    const endpoint = await running().control.forward(id, 22)
    if (!endpoint) throw new Error(`droplet ${id} is off`)
    const { stdout } = await promisify(execFile)('ssh', [
      ...['-i', key, '-p', String(endpoint.port), '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
      ...['-o', 'ConnectTimeout=30', `root@${endpoint.host}`, command],
    ])
    return stdout.trim()
  }
  const booted = (id: number) => until(`ssh to ${id}`, BOOT_MS, () => on(id, 'echo up'))

  async function act(path: string, body: object): Promise<void> {
    const { action } = await api('POST', `${path}/actions`, body)
    const status = await until(`action ${JSON.stringify(body)}`, MINUTES, async () => {
      const { action: now } = await api('GET', `/actions/${action.id}`)
      return now.status === 'in-progress' ? undefined : now.status
    })
    expect(status).toBe('completed')
  }
  const attach = (id: number, volume = data) =>
    act(`/volumes/${volume}`, { type: 'attach', droplet_id: id })
  const detach = (id: number, volume = data) =>
    act(`/volumes/${volume}`, { type: 'detach', droplet_id: id })
  const linked = (id: number, link = LINK) =>
    until(`${link} on ${id}`, MINUTES, () => on(id, `test -b ${link} && readlink -f ${link}`))
  const mount = (id: number) => on(id, `mkdir -p ${MOUNT} && mount -o noatime ${LINK} ${MOUNT}`)

  beforeAll(async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    ;[one, two] = await Promise.all([droplet('one'), droplet('two')])
    const body = { name: 'data', region: 'ams3', size_gigabytes: 1 }
    data = (await api('POST', '/volumes', body)).volume.id
    await Promise.all([booted(one), booted(two)])
  }, 2 * BOOT_MS)

  afterAll(() => rmSync(keys, { recursive: true, force: true }))

  let digest: string
  test(
    'a machine that runs gets it under its name, and makes a file system on it',
    async () => {
      await attach(one)
      const device = await linked(one)
      const seen = await on(one, `lsblk -dnbo VENDOR,MODEL,SIZE ${device}`)
      expect(seen.split(/\s+/)).toEqual(['DO', 'Volume', String(1024 ** 3)])
      expect(await on(one, `cat /sys/block/${device.slice(5)}/queue/write_cache`)).toBe(
        'write back',
      )
      expect(await on(one, `blkid ${LINK} || echo none`)).toBe('none')
      await on(one, `mkfs.ext4 -q ${LINK}`)
      await mount(one)
      await on(one, `head -c 20M /dev/urandom > ${MOUNT}/file && sync`)
      digest = await on(one, `sha256sum < ${MOUNT}/file`)
    },
    5 * MINUTES,
  )

  test(
    'on another machine it is as the first one left it',
    async () => {
      await on(one, `umount ${MOUNT}`)
      await detach(one)
      expect(await on(one, `test -e ${LINK} && echo there || echo gone`)).toBe('gone')
      await attach(two)
      await linked(two)
      await mount(two)
      expect(await on(two, `sha256sum < ${MOUNT}/file`)).toBe(digest)
    },
    5 * MINUTES,
  )

  test(
    'it grows while it is mounted, without a restart',
    async () => {
      const before = await on(two, 'cat /proc/sys/kernel/random/boot_id')
      await act(`/volumes/${data}`, { type: 'resize', size_gigabytes: 2, region: 'ams3' })
      await until('the new size', MINUTES, async () =>
        (await on(two, `blockdev --getsize64 ${LINK}`)) === String(2 * 1024 ** 3)
          ? true
          : undefined,
      )
      await on(two, `resize2fs ${LINK}`)
      expect(
        Number(await on(two, `df --output=size -BM ${MOUNT} | tail -1 | tr -dc 0-9`)),
      ).toBeGreaterThan(1800)
      expect(await on(two, 'cat /proc/sys/kernel/random/boot_id')).toBe(before)
      expect(await on(two, `sha256sum < ${MOUNT}/file`)).toBe(digest)
    },
    5 * MINUTES,
  )

  test(
    'a snapshot of it while it is mounted is a volume of its own',
    async () => {
      await on(two, `echo before > ${MOUNT}/when && sync`)
      const { snapshot } = await api('POST', `/volumes/${data}/snapshots`, { name: 'before' })
      await on(two, `echo after > ${MOUNT}/when && sync`)
      const body = { name: 'copy', region: 'ams3', snapshot_id: snapshot.id, size_gigabytes: 2 }
      const { volume } = await api('POST', '/volumes', body)
      await attach(one, volume.id)
      const copy = '/dev/disk/by-id/scsi-0DO_Volume_copy'
      await linked(one, copy)
      await on(one, `mount ${copy} ${MOUNT}`)
      expect(await on(one, `cat ${MOUNT}/when`)).toBe('before')
      expect(await on(one, `sha256sum < ${MOUNT}/file`)).toBe(digest)
      await on(one, `umount ${MOUNT}`)
      await detach(one, volume.id)
      await api('DELETE', `/volumes/${volume.id}`)
      await api('DELETE', `/snapshots/${snapshot.id}`)
    },
    8 * MINUTES,
  )

  test(
    'pulled out while it is mounted, the device is gone, and what was synced is not',
    async () => {
      await on(two, `echo safe > ${MOUNT}/synced && sync`)
      await detach(two)
      expect(await on(two, `test -e ${LINK} && echo there || echo gone`)).toBe('gone')
      expect(
        await on(two, `echo x > ${MOUNT}/late && sync -f ${MOUNT} && echo written || echo failed`),
      ).toBe('failed')
      await on(two, `umount -l ${MOUNT}`)
      await attach(one)
      await linked(one)
      await mount(one)
      expect(await on(one, `cat ${MOUNT}/synced`)).toBe('safe')
      expect(await on(one, `sha256sum < ${MOUNT}/file`)).toBe(digest)
    },
    5 * MINUTES,
  )

  test(
    'it is there when the machine starts again',
    async () => {
      await on(one, `umount ${MOUNT}`)
      await act(`/droplets/${one}`, { type: 'power_cycle' })
      await booted(one)
      await linked(one)
      await mount(one)
      expect(await on(one, `sha256sum < ${MOUNT}/file`)).toBe(digest)
    },
    BOOT_MS + 3 * MINUTES,
  )

  test(
    'after a loss of power it has what was flushed, and nothing that the disk was only given',
    async () => {
      const write = (letter: string, how: string) =>
        on(
          one,
          `head -c 4096 /dev/zero | tr '\\0' ${letter} > /root/block && dd if=/root/block of=${MOUNT}/block conv=notrunc status=none${how}`,
        )
      // No commit of the journal flushes by itself in between.
      await on(one, `mount -o remount,commit=300 ${MOUNT}`)
      await write('a', ' && sync')
      await running().control.logWrites(one)
      await on(one, `echo safe > ${MOUNT}/flushed && sync`)
      await write('b', ' oflag=direct')
      const [left] = await running().control.losePower(one)
      expect(left).toMatchObject({ name: 'data', survivedBytes: 0 })
      expect(left?.looseBytes).toBeGreaterThanOrEqual(4096)
      await booted(one)
      await linked(one)
      await mount(one)
      expect(await on(one, `head -c 3 ${MOUNT}/block`)).toBe('aaa')
      expect(await on(one, `cat ${MOUNT}/flushed`)).toBe('safe')
      expect(await on(one, `sha256sum < ${MOUNT}/file`)).toBe(digest)
    },
    BOOT_MS + 3 * MINUTES,
  )

  test(
    'it outlives a kill of the machine, and the droplet; at the end no file is left',
    async () => {
      await on(one, `echo last > ${MOUNT}/last && sync`)
      const note = join(running().dir, 'machines', String(one), 'machine.json')
      process.kill(JSON.parse(readFileSync(note, 'utf8')).process.pid, 'SIGKILL')
      await api('DELETE', `/droplets/${one}`)
      await until('the droplet is gone', MINUTES, async () =>
        (await api('GET', `/volumes/${data}`)).volume.droplet_ids.length === 0 ? true : undefined,
      )
      await attach(two)
      await linked(two)
      await mount(two)
      expect(await on(two, `cat ${MOUNT}/last`)).toBe('last')
      expect(await on(two, `sha256sum < ${MOUNT}/file`)).toBe(digest)

      await api('DELETE', `/droplets/${two}`)
      await until('the volume is free', MINUTES, async () => {
        await api('DELETE', `/volumes/${data}`)
        return true
      })
      expect(readdirSync(join(running().dir, 'volumes'))).toEqual([])
      expect(await running().things()).toEqual([])
    },
    5 * MINUTES,
  )
}
