/**
 * Boots one machine on a user data file, prints the way in, and ends it at Ctrl-C:
 * `node sandbox/machine/try.ts USER_DATA_FILE [--memory MIB] [--disk GIB] [--ca PEM_FILE]`
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startMachines } from './index.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    memory: { type: 'string', default: '1024' },
    disk: { type: 'string', default: '25' },
    ca: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', multiple: true, default: ['22', '2222', '8080', '8443'] },
  },
})
const extra = process.env.SSL_CERT_FILE ?? process.env.NODE_EXTRA_CA_CERTS
const authorities = [...values.ca, ...(extra ? [extra] : [])]
const dir = await mkdtemp(join(tmpdir(), 'machine-'))
const machines = await startMachines({
  dir,
  cache: process.env.PADLOCK_CACHE ?? resolve('.sandbox/cache'),
  vendor: {
    hosts: ['acme', 'login', 'apt', 'registry', 'api'].map((name) => `${name}.sandbox.localhost`),
    caCertificates: await Promise.all(authorities.map((path) => readFile(path, 'utf8'))),
  },
  log: console.log,
  progress: console.log,
})
const end = async () => {
  await machines.destroy(1)
  await rm(dir, { recursive: true, force: true })
  process.exit()
}
process.on('SIGINT', end)
process.on('SIGTERM', end)
const [file] = positionals
await machines.create({
  id: 1,
  name: 'try',
  region: 'fra1',
  image: 'debian-13-x64',
  vcpus: 1,
  memoryMiB: Number(values.memory),
  diskGiB: Number(values.disk),
  publicKeys: [],
  publicAddress: '127.20.0.1',
  ...(file && { userData: await readFile(file, 'utf8') }),
})
console.log(`on; console: ${join(dir, '1', 'console.log')}`)
for (const port of values.port) {
  const { host, port: local } = (await machines.forward(1, Number(port)))!
  console.log(`port ${port}: ${host} ${local}`)
}
setInterval(() => {
  if (machines.status(1) !== 'off') return
  console.log('the machine has ended')
  void end()
}, 1000)
