import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../../../sandbox/ports.ts'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'

const PORTS = join(__dirname, '../../../sandbox/ports.ts')

test('no port is given twice, and none that an outgoing connection could have', async () => {
  const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()))
  expect(new Set(ports).size).toBe(40)
  for (const port of ports) expect(port).toBeLessThan(32_768)
})

test('neither one that is spoken for nor one that is listened on', async () => {
  // An address that nobody else listens on.
  const host = '127.77.1.2'
  const last = await freePort(host)
  const server = createServer()
  await new Promise<void>((done) => server.listen(last + 2, host, done))
  const port = await freePort(host, new Set([last + 1]))
  await new Promise((done) => server.close(done))
  expect([last + 1, last + 2]).not.toContain(port)
})

test('nor one that another process was given and does not listen on yet', async () => {
  // It looks for ports at the same place.
  const program = `Object.defineProperty(process, 'pid', { value: ${process.pid} })
const { freePort } = await import(${JSON.stringify(PORTS)})
console.log(JSON.stringify([await freePort(), await freePort(), await freePort()]))
setInterval(() => undefined, 1000)`
  const other = spawn(nodeExecutable(), ['--input-type=module', '-e', program])
  const ended = once(other, 'exit')
  try {
    const [said] = await once(other.stdout, 'data')
    const ports = JSON.parse(String(said))
    expect(ports).toHaveLength(3)
    jest.resetModules()
    const again: typeof import('../../../sandbox/ports.ts') = require(PORTS)
    for (let n = 0; n < 60; n++) expect(ports).not.toContain(await again.freePort())
  } finally {
    other.kill()
    await ended
  }
})
