import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket, connect as tcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../../../sandbox/deployment/environment.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { run } from '../../../sandbox/run.ts'

const PROGRAM = join(
  import.meta.dirname,
  '../../../host/padlock-tunnels/files/usr/lib/padlock/tunnels',
)

/** A real sshd as the host's packages configure it, and a network before it that can go away. */
export interface Sshd {
  /** The network's port: it leads to sshd. */
  port: number
  /** authorized_keys line. */
  hostKey: string
  /** What sshd has said so far. */
  log(): string
  /** Words of a command that runs on the host as a user of this number with these groups. */
  as(user: 'root' | 'caddy' | 'other'): string[]
  /** Lets exactly these keys open tunnels, by the host's own program. */
  authorize(keys: string[]): string
  /** Breaks what is connected and takes nothing new; `silent`: the host does not notice. */
  goAway(silent?: boolean): void
  comeBack(): void
  close(): Promise<void>
}

/** sshd's own; it must not be a service of the computer that the tests run on. */
async function ensureSshd(): Promise<{ program: string; libraries?: string }> {
  if (existsSync('/usr/sbin/sshd')) return { program: '/usr/sbin/sshd' }
  const folder = join(cacheFolder(), 'openssh-server')
  const program = join(folder, 'usr/sbin/sshd')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    const names = ['openssh-server', 'libwrap0']
    const download = () => run('apt-get', ['download', '--quiet', ...names], { cwd: folder })
    await download().catch(() => run('apt-get', ['update', '--quiet']).then(download))
    const files = (await run('ls', [folder])).split('\n').filter((name) => name.endsWith('.deb'))
    for (const name of files) await run('dpkg-deb', ['--extract', join(folder, name), folder])
  }
  const libraries = ['lib', 'usr/lib'].map((each) => join(folder, each, 'x86_64-linux-gnu'))
  return { program, libraries: libraries.join(':') }
}

/** Starts it; it needs root, or users of its own (newuidmap). */
export async function startSshd(): Promise<Sshd> {
  const { program, libraries } = await ensureSshd()
  const folder = mkdtempSync(join(tmpdir(), 'padlock-sshd-'))
  chmodSync(folder, 0o755)
  const [inner, port] = [await freePort(), await freePort()]
  const uid = 20_000 + 3 * (process.pid % 10_000)
  const isRoot = process.getuid?.() === 0
  const apart = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--map-auto', '--mount']
  const script = join(import.meta.dirname, 'sshd.sh')
  const sshd = spawn('unshare', [...apart, script, folder, program, `${inner}`, `${uid}`], {
    env: { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  sshd.stderr.on('data', (chunk) => {
    said += chunk
  })
  const network = await startNetwork(port, inner)
  await untilListening(sshd, () => said)
  const enter = [
    ...['nsenter', `--target=${sshd.pid}`, '--mount'],
    ...(isRoot ? [] : ['--user', '--preserve-credentials']),
    '--',
  ]
  const groups = { caddy: uid + 2, other: uid + 1 }
  const as: Sshd['as'] = (user) =>
    user === 'root'
      ? enter
      : [...enter, 'setpriv', `--reuid=${uid + 1}`, `--regid=${groups[user]}`, '--clear-groups']
  return {
    port,
    hostKey: readFileSync(join(folder, 'ssh/ssh_host_ed25519_key.pub'), 'utf8').trim(),
    log: () => said,
    as,
    authorize: (keys) => {
      const input = keys.map((key) => `${key}\n`).join('')
      const [command = '', ...words] = [...as('root'), PROGRAM]
      return execFileSync(command, words, { input, encoding: 'utf8' }).trim()
    },
    ...network,
    async close() {
      network.stop()
      const ended = new Promise((done) => sshd.once('exit', done))
      sshd.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startNetwork(port: number, to: number) {
  const pairs = new Set<[Socket, Socket]>()
  const server: Server = createServer((near) => {
    const far = tcp(to, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.pipe(far).pipe(near)
    for (const socket of pair) socket.on('error', () => undefined)
    near.on('close', () => pairs.delete(pair) && far.destroy())
    far.on('close', () => near.destroy())
  })
  const comeBack = () => server.listen(port, '127.0.0.1')
  const silent: Socket[] = []
  comeBack()
  return {
    comeBack,
    goAway(unnoticed = false) {
      server.close()
      for (const [near, far] of pairs) {
        pairs.delete([near, far])
        near.unpipe(far)
        if (unnoticed) {
          far.removeAllListeners('close')
          near.removeAllListeners('close')
          silent.push(far)
        } else far.destroy()
        near.resetAndDestroy()
      }
      pairs.clear()
    },
    stop() {
      server.close()
      for (const socket of [...silent, ...[...pairs].flat()]) socket.destroy()
    },
  }
}

async function untilListening(sshd: ChildProcess, said: () => string): Promise<void> {
  for (let turn = 0; turn < 1200; turn++) {
    if (said().includes('Server listening on')) return
    if (sshd.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`sshd does not listen:\n${said()}`)
}
