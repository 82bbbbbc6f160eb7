import { spawn } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDigitalOcean } from '../../../sandbox/digitalocean/index.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'
import { type Account, DROPLET, startAccount } from './account.ts'

let account: Account
afterEach(() => account.end())

test('a restart loses nothing and boots what was running', async () => {
  account = await startAccount()
  const running = await account.droplet({ tags: ['web'], name: 'running' })
  const off = await account.droplet({ name: 'off' })
  await account.call('POST', `/droplets/${off.id}/actions`, { type: 'power_off' })
  await account.call('POST', '/domains', { name: 'shop.localhost' })
  await account.call('POST', '/projects', { name: 'shop', purpose: 'x' })
  await account.api.settled()
  const before = account.api.inventory()
  const [all, actions] = [
    await account.call('GET', '/droplets'),
    await account.call('GET', '/actions'),
  ]
  // The computer went down: no machine runs any more.
  await account.machines.powerOff(running.id)

  await account.restart()
  await account.api.settled()
  expect(account.api.inventory()).toEqual(before)
  expect((await account.call('GET', '/droplets')).body.droplets).toEqual(all.body.droplets)
  expect((await account.call('GET', '/actions')).body.actions).toEqual(actions.body.actions)
  expect(account.machines.status(running.id)).toBe('on')
  expect(account.machines.status(off.id)).toBe('off')
})

test('the state is for its owner only', async () => {
  account = await startAccount()
  await account.droplet({ user_data: 'private' })
  expect(statSync(account.stateFile).mode & 0o777).toBe(0o600)
})

test('a machine that does not start again leaves its droplet off, with a line in the log', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  const { id } = await account.droplet()
  await machines.powerOff(id)
  machines.powerOn = () => Promise.reject(new Error('no memory left'))
  await account.restart()
  await account.api.settled()
  expect((await account.call('GET', `/droplets/${id}`)).body.droplet.status).toBe('off')
  expect(account.lines.at(-1)).toBe(`droplet ${id} (web-1) does not start again: no memory left`)
})

test('a creation that was interrupted is carried on', async () => {
  const machines = noMachines()
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>()
  account = await startAccount({ machines, hold: () => held })
  const create = machines.create
  machines.create = () => new Promise(() => {})
  const { id } = (await account.call('POST', '/droplets', DROPLET)).body.droplet
  machines.create = create
  await account.restart()
  expect((await account.call('GET', `/droplets/${id}`)).body.droplet.status).toBe('new')
  goOn()
  await account.api.settled()
  expect((await account.call('GET', `/droplets/${id}`)).body.droplet.status).toBe('active')
})

test('an action that was interrupted is carried on', async () => {
  account = await startAccount()
  const { id } = await account.droplet()
  const { ip } = (await account.call('POST', '/reserved_ips', { region: 'ams3' })).body.reserved_ip
  const path = `/reserved_ips/${ip}`
  const { action } = (
    await account.call('POST', `${path}/actions`, { type: 'assign', droplet_id: id })
  ).body
  await account.restart()
  await account.api.settled()
  expect((await account.call('GET', `/actions/${action.id}`)).body.action.status).toBe('completed')
  expect((await account.call('GET', path)).body.reserved_ip.droplet.id).toBe(id)
})

test('a removal that was interrupted is carried on', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  const { id } = await account.droplet()
  const destroy = machines.destroy
  machines.destroy = () => new Promise(() => {})
  expect((await account.call('DELETE', `/droplets/${id}`)).status).toBe(204)
  expect((await account.call('GET', `/droplets/${id}`)).status).toBe(200)
  machines.destroy = destroy
  await account.restart()
  await account.api.settled()
  expect((await account.call('GET', `/droplets/${id}`)).status).toBe(404)
  expect(machines.status(id)).toBe('absent')
})

test('when a machine cannot be made, the answer to the next question says why', async () => {
  const machines = noMachines()
  machines.create = () => Promise.reject(new Error('qemu-system-x86_64 is not installed'))
  account = await startAccount({ machines })
  const made = await account.call('POST', '/droplets', { ...DROPLET, tags: ['web'] })
  const { id } = made.body.droplet
  await account.api.settled()

  const [action] = made.body.links.actions
  expect((await account.call('GET', `/actions/${action.id}`)).body.action.status).toBe('errored')
  expect((await account.call('GET', `/droplets/${id}/actions`)).body.actions).toHaveLength(1)
  expect(await account.call('GET', `/droplets/${id}`)).toMatchObject({
    status: 422,
    body: {
      id: 'unprocessable_entity',
      message: `Droplet ${id} (web-1) could not be created: qemu-system-x86_64 is not installed`,
    },
  })
  expect((await account.call('GET', `/droplets/${id}`)).status).toBe(404)
  expect(account.lines).toContain(
    `create of droplet ${id} failed: qemu-system-x86_64 is not installed`,
  )
  expect(account.api.inventory().filter(({ kind }) => kind === 'droplet')).toEqual([])

  expect((await account.call('DELETE', `/droplets/${id}`)).status).toBe(204)
  expect((await account.call('DELETE', `/droplets/${id}`)).status).toBe(404)
})

test('a machine that cannot be removed keeps its droplet, and deleting it again tries again', async () => {
  const machines = noMachines()
  account = await startAccount({ machines })
  const { id } = await account.droplet()
  const destroy = machines.destroy
  machines.destroy = () => Promise.reject(new Error('device is busy'))
  await account.call('DELETE', `/droplets/${id}`)
  await account.api.settled()
  expect((await account.call('GET', `/droplets/${id}`)).status).toBe(200)
  expect(account.lines.at(-1)).toMatch(
    /cannot be removed: device is busy; delete the droplet again/,
  )
  machines.destroy = destroy
  await account.call('DELETE', `/droplets/${id}`)
  await account.api.settled()
  expect((await account.call('GET', `/droplets/${id}`)).status).toBe(404)
})

test('a file that is not an account is refused, and left alone', async () => {
  account = await startAccount()
  const file = `${account.stateFile}.broken`
  writeFileSync(file, '{"version":1')
  const started = startDigitalOcean({
    stateFile: file,
    port: 0,
    token: 'right',
    machines: noMachines(),
  })
  await expect(started).rejects.toThrow(
    `${file} is not the state of a DigitalOcean simulator (version 1). Move it away to begin with an empty account.`,
  )
  expect(readFileSync(file, 'utf8')).toBe('{"version":1')
})

test('what was answered is on disk, even after kill -9', async () => {
  account = await startAccount()
  const file = `${account.stateFile}.killed`
  const root = join(import.meta.dirname, '../../..')
  const program = `
    const { startDigitalOcean } = await import('./sandbox/digitalocean/index.ts')
    const { noMachines } = await import('./sandbox/machines-none.ts')
    const api = await startDigitalOcean({ stateFile: ${JSON.stringify(file)}, port: 0, token: 'right', machines: noMachines() })
    console.log(api.url)`
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    ['--input-type=module', '-e', program],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise((done) => child.once('exit', done))
  const url = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (chunk) => done(String(chunk).trim()))
    child.once('exit', () => fail(new Error('the simulator did not start')))
  })
  const headers = { authorization: 'Bearer right' }
  for (let number = 0; number < 50; number++) {
    const body = JSON.stringify({ name: `tag-${number}` })
    await fetch(`${url}/v2/tags`, { method: 'POST', headers, body })
  }
  child.kill('SIGKILL')
  await ended
  const tags = (JSON.parse(readFileSync(file, 'utf8')) as { tags: string[] }).tags
  expect(tags).toHaveLength(50)
})
