import { mkdtempSync, rmSync } from 'node:fs'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capConsole } from '../../../sandbox/machine/console.ts'
import { commandLine } from '../../../sandbox/machine/qemu.ts'
import { openQmp } from '../../../sandbox/machine/qmp.ts'
import { recipeKey } from '../../../sandbox/machine/recipe.ts'
import { extraCertificates, vendorData } from '../../../sandbox/machine/vendor-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'machine-parts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`

test('of a whole trust store only what the image does not trust already is handed over', () => {
  const store = `# Company\n${pem('AAAA')}\n${pem('BBBB')}\r\n${pem('CCCC').replaceAll('\n', '\r\n')}\n`
  expect(extraCertificates([store, pem('CCCC')], `${pem('AAAA')}\n${pem('DDDD')}`)).toEqual([
    pem('BBBB'),
    pem('CCCC'),
  ])
})

test('vendor data that has nothing to hand over still is a valid hook', () => {
  const text = vendorData({ hosts: [], caCertificates: [] })['cloud-init']
  expect(text).toMatch(
    /^Content-Type: multipart\/mixed; boundary="([\w-]+)"\nMIME-Version: 1.0\n\n--\1\n/,
  )
  expect(text).not.toMatch(/^names |^images |^trust </m)
  expect(vendorData({ hosts: ['a.b'], caCertificates: [pem('AAAA')] })['cloud-init']).toContain(
    `names '10.0.2.2 a.b'\ntrust <<'PEM'\n${pem('AAAA')}\nPEM\n`,
  )
  const both = { hosts: ['a.b'], privateHosts: ['c.d', 'e.f'], caCertificates: [] }
  expect(vendorData(both)['cloud-init']).toContain(
    `names '10.0.2.2 a.b'\nnames '10.255.255.25 c.d e.f'\n`,
  )
})

test("a recipe's key names the month last, so that an older build of it is found", () => {
  const [november, december] = ['2026-11-30', '2026-12-01'].map((day) => recipeKey(new Date(day)))
  expect(november).toMatch(/^[0-9a-f]{12}-202611$/)
  expect(december).toBe(november?.replace('202611', '202612'))
})

test('only an emulated processor goes without cmpxchg16b', () => {
  const hardware = {
    ...{ id: 1, uuid: 'u', vcpus: 2, memoryMiB: 1024, kernel: '/k', metadataCommand: 'sh a,b' },
    volumes: [],
  }
  const line = (accelerator: 'kvm' | 'tcg') => commandLine({ ...hardware, accelerator }).join(' ')
  expect(line('tcg')).toContain('-cpu Nehalem,-cx16')
  expect(line('kvm')).toContain('-accel kvm -cpu host')
  expect(line('kvm')).not.toContain('tsc=reliable')
  // A comma in an option's value is written twice.
  expect(line('tcg')).toContain('guestfwd=tcp:169.254.169.254:80-cmd:sh a,,b')
})

test('a machine has its volumes from its start, with commas in their paths', () => {
  const hardware = {
    ...{ id: 1, uuid: 'u', vcpus: 1, memoryMiB: 512, kernel: '/k', metadataCommand: 'sh' },
    accelerator: 'tcg' as const,
  }
  const disk = { id: '4b1f0c2e-7d9a', name: 'data', file: '/a,b/c.raw' }
  const [none, one] = [[], [disk]].map((volumes) => commandLine({ ...hardware, volumes }))
  expect(none).toContain('virtio-scsi-pci,id=volumes')
  const added = (one ?? []).filter((word) => word.startsWith('{')).map((word) => JSON.parse(word))
  expect(added).toMatchObject([
    { driver: 'raw', file: { filename: disk.file } },
    { driver: 'scsi-hd', bus: 'volumes.0', vendor: 'DO', product: 'Volume', device_id: 'data' },
  ])
  expect(added[0]['node-name']).toBe(added[1].drive)
})

test('a console that has grown too long starts anew and keeps what it had', async () => {
  const path = join(folder, 'console.log')
  await writeFile(path, 'short')
  await capConsole(folder, 10)
  expect(await readFile(path, 'utf8')).toBe('short')
  await appendFile(path, ' but growing')
  await capConsole(folder, 10)
  expect(await readFile(path, 'utf8')).toBe('')
  expect(await readFile(join(folder, 'console.old.log'), 'utf8')).toBe('short but growing')
})

test('the monitor is reached under a path that is too long for a socket', async () => {
  const deep = join(folder, 'a'.repeat(120))
  await mkdir(deep)
  const server = createServer((socket) => {
    socket.write('{"QMP": {}}\r\n')
    socket.on('data', (data) => {
      const { execute } = JSON.parse(String(data))
      socket.write('{"event": "RESUME"}\r\n')
      if (execute === 'stop') socket.write('{"error": {"class": "x", "desc": "not now"}}\r\n')
      else if (execute === 'quit') socket.destroy()
      else socket.write(`{"return": "${execute} done"}\r\n`)
    })
  })
  // QEMU itself starts in the folder and listens on a relative path.
  const before = process.cwd()
  process.chdir(deep)
  await new Promise<void>((done) => server.listen('qmp.sock', done))
  process.chdir(before)
  try {
    const qmp = await openQmp(join(deep, 'qmp.sock'))
    expect(await qmp.execute('query-status')).toBe('query-status done')
    await expect(qmp.execute('stop')).rejects.toThrow('QEMU refuses stop: not now')
    await expect(qmp.execute('quit')).rejects.toThrow('quit: the machine ended')
  } finally {
    server.close()
  }
})
