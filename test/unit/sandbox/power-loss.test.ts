/** The command line of `./padlock sandbox power-loss`, and what it asks of the sandbox. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '..', '..', '..')
const DROPLETS = [
  { id: '7', name: 'web' },
  { id: '8', name: 'db' },
]
const LEFT = { id: 'v', name: 'data', flushes: 3, safeBytes: 8192, looseBytes: 4096 }

let folder: string
let server: Server
let droplets: object[]
let asked: [string, string][]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-power-'))
  mkdirSync(join(folder, '.sandbox'))
  droplets = DROPLETS
  asked = []
  server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.method === 'POST') asked.push([request.url ?? '', body])
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ droplets, volumes: [{ ...LEFT, survivedBytes: 0 }] }))
  })
  await new Promise<void>((done) => server.listen(join(folder, '.sandbox/control.sock'), done))
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((done) => {
    const words = ['sandbox', 'power-loss', ...args]
    execFile(join(root, 'padlock'), words, { cwd: folder }, (error, stdout, stderr) =>
      done({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

test.each([
  [['--seed', 'x'], "--seed is 'x'; allowed are 0 to 2147483647"],
  [['--seed', '2147483648'], "--seed is '2147483648'"],
  [['--log', '--some'], '--log, --some and --seed go without each other'],
  [['web', 'db'], 'one droplet at a time'],
  [['--all'], "Unknown option '--all'"],
])('%j is a wrong command line', async (args, words) => {
  const { status, stderr } = await run(...args)
  expect(status).toBe(2)
  expect(stderr).toContain(words)
  expect(asked).toEqual([])
})

test('its help says what is lost', async () => {
  const { status, stdout } = await run('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('what was written up to the last flush')
})

test('it asks for the droplet that is meant, and tells what each volume has', async () => {
  const { status, stdout } = await run('db', '--seed', '5')
  expect(status).toBe(0)
  expect(asked).toEqual([['/droplets/8/power-loss', '{"seed":5}']])
  expect(stdout).toBe(
    'db boots after a loss of power\nvolume data: 8192 bytes up to the last of 3 flushes are there; ' +
      'of 4096 written later, 0 are (--seed 5)\n',
  )
})

test('nothing survives unless asked; a seed that it chooses is told', async () => {
  droplets = DROPLETS.slice(1)
  await run()
  const { seed, droplet } = JSON.parse((await run('--some', '--json')).stdout)
  expect(droplet).toBe('8')
  expect(asked.map(([, body]) => JSON.parse(body))).toEqual([{}, { seed }])
  expect(Number.isInteger(seed)).toBe(true)
})

test('with --log nothing is cut off', async () => {
  expect(await run('web', '--log')).toMatchObject({ status: 0 })
  expect(asked.map(([path]) => path)).toEqual(['/droplets/7/logged-writes'])
})

test('a droplet that is not there, or one of several, is asked for', async () => {
  expect((await run()).stderr).toContain('which droplet? There are: web (7), db (8)')
  droplets = DROPLETS.slice(1)
  expect((await run('web')).stderr).toContain('there is no droplet web')
  expect(asked).toEqual([])
})
