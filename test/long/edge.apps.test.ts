/** The apps under examples/, unchanged, behind a login that they know nothing of. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Example, HOST, startExample } from '../examples/support/app.ts'
import { QUICK, SLOW } from '../examples/support/list.ts'
import { type EdgeSite, PASSWORD, startEdgeSite } from './edge-site.ts'
import { Visitor } from './visitor.ts'

jest.setTimeout(900_000)

const ADA = 'ada@corp.example'
let site: EdgeSite
let port = 0

/** Leads the socket to the port of the app in hand, as the host's bridge does. */
const bridge = createServer((socket) => {
  const app = connect(port, '127.0.0.1')
  socket.pipe(app).pipe(socket)
  for (const end of [socket, app]) end.on('error', () => [socket, app].map((one) => one.destroy()))
})

beforeAll(async () => {
  site = await startEdgeSite(['/healthz'], [], { name: HOST, app: bridge })
  await site.person(ADA)
})
afterAll(() => site?.close())

test.each([...QUICK, ...SLOW])('$name', async (example: Example) => {
  const place = mkdtempSync(join(tmpdir(), 'padlock-example-'))
  chmodSync(place, 0o755)
  try {
    const app = await startExample(example, place)
    try {
      port = app.port
      const visitor = new Visitor(site.root)
      expect((await visitor.visit(`${site.url}/`)).status).toBe(302)
      const open = await visitor.visit(`${site.url}/healthz`)
      expect([200, 204]).toContain(open.status)
      const { url, reply } = await visitor.logIn(`${site.url}/`, ADA, PASSWORD)
      expect([url, reply.status]).toEqual([`${site.url}/`, 200])
      const page = reply.text.replaceAll(new URL(site.url).host, HOST)
      expect(page).toContain(example.page ?? `${example.name} at https://${HOST}`)
    } finally {
      await app.stop()
    }
  } finally {
    rmSync(place, { recursive: true })
  }
})
