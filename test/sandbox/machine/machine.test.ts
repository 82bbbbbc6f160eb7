import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type MachineOptions, startMachines } from '../../../sandbox/machine/index.ts'
import type { Attempt } from '../../../sandbox/machine/packet.ts'
import { startMark } from '../../../sandbox/processes.ts'
import type { MachineSpec, Machines } from '../../../sandbox/types.ts'

/** Emulated, on a computer that does other things as well, a boot may take minutes. */
const BOOT_MS = 480_000
const ID = 4711
// Not under .localhost, which curl takes for the machine itself whatever /etc/hosts says.
const NAME = 'api.machine.test'
const PRIVATE_NAME = 'db.private.test'

const folder = mkdtempSync(join(tmpdir(), 'machine-test-'))
const file = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(file(name), 'utf8')
const sh = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe' })

let machines: Machines
let server: Server
let options: MachineOptions
let spec: MachineSpec
/** What the machine may reach at the moment. */
let admitted = (_attempt: Attempt) => true

/** User data with keys of its own in every place where the vendor data might get in the way. */
function userData(): string {
  const indented = (text: string) => text.trim().replaceAll('\n', '\n    ')
  return `#cloud-config
users:
  - name: admin
    sudo: ALL=(ALL) NOPASSWD:ALL
    shell: /bin/bash
    ssh_authorized_keys: ['${read('user.pub').trim()}']
ssh_deletekeys: true
ssh_keys:
  ecdsa_private: |
    ${indented(read('host'))}
  ecdsa_public: ${read('host.pub').trim()}
apt:
  conf: 'APT::Install-Recommends "false";'
write_files:
  - path: /etc/systemd/system/farewell.service
    content: |
      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStop=/bin/touch /var/lib/shut-down-in-order
      [Install]
      WantedBy=multi-user.target
runcmd:
  - getent hosts ${NAME} >> /var/lib/runcmd
  - systemctl daemon-reload
  - systemctl enable --now farewell.service
`
}

/** Runs a command in the machine; the host key must be the pinned one. */
async function inside(command: string): Promise<string> {
  const { host, port } = (await machines.forward(ID, 22)) as { host: string; port: number }
  const [type, key] = read('host.pub').split(' ')
  writeFileSync(file('known_hosts'), `[${host}]:${port} ${type} ${key}\n`)
  const { stdout } = await promisify(execFile)('ssh', [
    ...['-i', file('user'), '-p', String(port), '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${file('known_hosts')}`],
    ...[`admin@${host}`, command],
  ])
  return stdout.trim()
}

/** Waits until the machine lets us in; a host key that is not the pinned one is the end of it. */
async function login(): Promise<void> {
  const deadline = Date.now() + BOOT_MS
  for (;;) {
    try {
      await inside('true')
      return
    } catch (error) {
      const text = (error as { stderr?: string }).stderr ?? String(error)
      if (/Host key verification failed/.test(text)) throw error
      if (machines.status(ID) !== 'on' || Date.now() > deadline) {
        throw new Error(
          `${text}\n${await readFile(join(options.dir, `${ID}/console.log`), 'utf8')}`,
        )
      }
      await sleep(500)
    }
  }
}

const qemuPid = () =>
  JSON.parse(readFileSync(join(options.dir, String(ID), 'machine.json'), 'utf8')).process.pid

beforeAll(async () => {
  sh('ssh-keygen', '-q', '-t', 'ecdsa', '-N', '', '-C', 'host', '-f', file('host'))
  sh('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'user', '-f', file('user'))
  const subject = ['-subj', '/CN=Machine test', '-addext', `subjectAltName=DNS:${NAME}`]
  const output = ['-keyout', file('tls.key'), '-out', file('tls.pem'), '-days', '2']
  sh('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...output)
  const tls = { key: read('tls.key'), cert: read('tls.pem') }
  server = createServer(tls, (_, response) => response.end('hello machine'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  options = {
    dir: file('machines'),
    volumesDir: file('volumes'),
    cache: process.env.PADLOCK_CACHE ?? join(process.cwd(), '.sandbox', 'cache'),
    vendor: {
      hosts: ['acme.sandbox.localhost', NAME],
      privateHosts: [PRIVATE_NAME],
      caCertificates: [tls.cert],
    },
  }
  spec = {
    id: ID,
    name: 'web-1',
    region: 'fra1',
    image: 'debian-13-x64',
    vcpus: 1,
    memoryMiB: 512,
    diskGiB: 10,
    userData: userData(),
    publicKeys: [],
    publicAddress: '127.20.0.1',
  }
})

afterAll(async () => {
  await machines?.destroy(ID)
  await machines?.close()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

test(
  'a machine outlives its owner that is killed, and the next one takes it over',
  async () => {
    const script = join(import.meta.dirname, 'owner.ts')
    const argument = JSON.stringify({ options, spec })
    const node = join(process.cwd(), 'node_modules', '.bin', 'node')
    const owner = spawn(node, [script, argument], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = await once(owner.stdout, 'data')
    expect(String(said)).toBe('status on\n')
    owner.kill('SIGKILL')
    await once(owner, 'exit')

    machines = await startMachines({ ...options, admits: (_, attempt) => admitted(attempt) })
    expect(machines.status(ID)).toBe('on')
    expect(machines.status(1)).toBe('absent')
  },
  BOOT_MS,
)

test(
  'the pinned host key is served from the first byte, and the user data has run',
  async () => {
    await login()
    expect(await inside('cloud-init status --wait')).toMatch(/status: done$/)
    expect(await inside('hostname')).toBe('web-1')
    expect(await inside('cat /var/lib/runcmd')).toMatch(/^10\.0\.2\.2 .*api\.machine\.test$/)
    expect(await inside('cat /etc/apt/apt.conf.d/94cloud-init-config')).toContain('Recommends')
    expect(await inside('cat /sys/class/dmi/id/sys_vendor')).toBe('DigitalOcean')
    expect(Number(await inside('df --output=size -BG / | tail -1 | tr -dc 0-9'))).toBeGreaterThan(8)
  },
  BOOT_MS + 60_000,
)

test('vendor data: names lead to this computer, and its authority is trusted', async () => {
  const { port } = server.address() as AddressInfo
  expect(await inside(`curl -sS https://${NAME}:${port}/`)).toBe('hello machine')
  const python = `import urllib.request as r; print(r.urlopen("https://${NAME}:${port}").read().decode())`
  expect(await inside(`python3 -c '${python}'`)).toBe('hello machine')
}, 180_000)

test('the metadata service serves the droplet and nothing outside of its tree', async () => {
  const base = 'http://169.254.169.254/metadata'
  expect(JSON.parse(await inside(`curl -sS ${base}/v1.json`)).droplet_id).toBe(ID)
  expect(await inside(`curl -sS ${base}/v1/user-data`)).toBe(userData().trim())
  const outside = `curl -sS -o /dev/null -w '%{http_code}' --path-as-is`
  expect(await inside(`${outside} ${base}/../../machine.json`)).toBe('404')
}, 180_000)

test('packages may start their services: what keeps them from it in a chroot is gone', async () => {
  const found = await inside(
    'ls /usr/sbin/policy-rc.d /usr/sbin/start-stop-daemon.REAL 2>/dev/null; /usr/sbin/start-stop-daemon --version',
  )
  expect(found).toMatch(/^start-stop-daemon \d/)
})

test('the machine reaches what the cloud firewall lets it reach, and its own answers go out', async () => {
  const port = (server.address() as AddressInfo).port
  const reach = (at: number, seconds = 60) =>
    inside(`timeout ${seconds} bash -c 'echo >/dev/tcp/10.0.2.2/${at}' 2>/dev/null; echo $?`)
  expect(await reach(port)).toBe('0')
  admitted = (attempt) => attempt.port !== port
  expect(await reach(port, 6)).toBe('124')
  admitted = (attempt) => attempt.protocol !== 'udp'
  expect(await reach(port)).toBe('0')
  expect(await inside('timeout 6 getent hosts example.test >/dev/null; echo $?')).toBe('124')
  admitted = () => true
}, 300_000)

test('a port is forwarded once, and another one beside it', async () => {
  const ssh = await machines.forward(ID, 22)
  expect(await machines.forward(ID, 22)).toEqual(ssh)
  const ports = [8080, 8081, 8082, 8083, 8080]
  const [web, ...others] = await Promise.all(ports.map((port) => machines.forward(ID, port)))
  expect(new Set([ssh, web, ...others].map((each) => each?.port)).size).toBe(5)
  await inside(
    'nohup python3 -m http.server -d /etc/apt 8080 > /dev/null 2>&1 & ' +
      'timeout 60 sh -c "until curl -so /dev/null http://10.0.2.15:8080; do sleep 1; done"',
  )
  const answer = await fetch(`http://${web?.host}:${web?.port}/`)
  expect(await answer.text()).toContain('sources.list.d')
}, 180_000)

test('a name of the private network leads to this computer’s own address, by the firewall too', async () => {
  const inner = createTcpServer((socket) => socket.end('hello neighbour'))
  inner.listen(0, '127.0.0.3')
  await once(inner, 'listening')
  const { port } = inner.address() as AddressInfo
  const ask = (seconds = 60) =>
    inside(
      `timeout ${seconds} bash -c 'cat </dev/tcp/${PRIVATE_NAME}/${port}' 2>/dev/null; echo $?`,
    )
  expect(await ask()).toBe('hello neighbour0')
  admitted = (attempt) => attempt.destination !== '10.255.255.25'
  expect(await ask(6)).toBe('124')
  admitted = () => true
  inner.close()
}, 300_000)

test(
  'the power button shuts the system down, and its disk is there again after power on',
  async () => {
    const first = qemuPid()
    await machines.shutdown(ID)
    expect(machines.status(ID)).toBe('off')
    expect(startMark(first)).toBeUndefined()
    expect(await machines.forward(ID, 22)).toBeUndefined()

    await machines.powerOn(ID)
    expect(machines.status(ID)).toBe('on')
    await login()
    expect(await inside('ls /var/lib/shut-down-in-order')).not.toBe('')
    // cloud-init runs the user data once for an instance.
    expect(await inside('wc -l < /var/lib/runcmd')).toBe('1')
    expect(await inside(`getent hosts ${NAME}`)).toMatch(/^10\.0\.2\.2 /)
  },
  BOOT_MS + 60_000,
)

test('power off, resize, destroy: nothing is left', async () => {
  await expect(machines.resize(ID, { vcpus: 1, memoryMiB: 1024, diskGiB: 25 })).rejects.toThrow(
    'power it off',
  )
  const pid = qemuPid()
  await machines.powerOff(ID)
  expect(machines.status(ID)).toBe('off')
  await machines.resize(ID, { vcpus: 1, memoryMiB: 1024, diskGiB: 25 })
  const disk = join(options.dir, String(ID), 'disk.qcow2')
  const info = JSON.parse(sh('qemu-img', 'info', '--output=json', disk).toString())
  expect(info['virtual-size']).toBe(25 * 1024 ** 3)

  await machines.destroy(ID)
  await machines.destroy(ID)
  expect(machines.status(ID)).toBe('absent')
  expect(startMark(pid)).toBeUndefined()
  expect(await readdir(options.dir)).toEqual([])
}, 180_000)
