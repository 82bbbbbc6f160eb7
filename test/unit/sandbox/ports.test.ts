import { createServer } from 'node:net'
import { freePort } from '../../../sandbox/ports.ts'

test('no port is given twice, and none that an outgoing connection could have', async () => {
  const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()))
  expect(new Set(ports).size).toBe(40)
  for (const port of ports) expect(port).toBeLessThan(32_768)
})

test('neither one that is spoken for nor one that is listened on', async () => {
  const last = await freePort()
  const server = createServer()
  await new Promise<void>((done) => server.listen(last + 2, '127.0.0.1', done))
  const port = await freePort(undefined, new Set([last + 1]))
  await new Promise((done) => server.close(done))
  expect([last + 1, last + 2]).not.toContain(port)
})
