/** A state that is lost in production: what the accounts hold is named, and what the message says works. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'live')
  stack.set({ environment: 'Production', protect: undefined, subdomain: 'www', volume: 1 })
  await stack.up()
})
afterAll(() => sandbox.stop())

/** Carries out every `pulumi import` of a message. */
async function importAll(message: string): Promise<number> {
  const commands = message.match(/pulumi import \S+ \S+ \S+ --protect=false --generate-code=false/g)
  for (const command of commands ?? []) {
    const { code, output } = await stack.run(
      `${command.replace('pulumi ', '')} --yes --skip-preview`,
    )
    if (code !== 0) throw new Error(`${command}\n${output}`)
  }
  return commands?.length ?? 0
}

const volumes = async () => (await sandbox.digitalocean('GET', '/volumes')).volumes
/** Carries out every detachment of a message. */
async function detachAll(message: string): Promise<void> {
  for (const [, volume, droplet] of message.matchAll(/volume-action detach (\S+) (\d+) /g)) {
    const body = { type: 'detach', droplet_id: Number(droplet) }
    await sandbox.digitalocean('POST', `/volumes/${volume}/actions`, body)
    while ((await volumes())[0].droplet_ids.length > 0) await sleep(50)
  }
}

test('everything that was made is named with its id and both ways on, in one message', async () => {
  rmSync(join(sandbox.dir, 'state/.pulumi/stacks/padlock/live.json'))
  expect((await stack.run('stack init')).code).toBe(0)
  const [droplet] = await sandbox.droplets()
  const [volume] = await volumes()
  await sandbox.writes()
  const [message = '', ...others] = await stack.mistakes()
  expect(others).toEqual([])
  for (const words of [
    `droplet ${droplet.name} (${droplet.id})`,
    `pulumi import digitalocean:index/droplet:Droplet padlock-live ${droplet.id} `,
    `or: doctl compute droplet delete ${droplet.id}`,
    'pulumi import digitalocean:index/reservedIp:ReservedIp padlock-live 127.30.',
    'pulumi import digitalocean:index/firewall:Firewall padlock-live ',
    'pulumi import digitalocean:index/sshKey:SshKey padlock-live-admin ',
    'pulumi import digitalocean:index/volume:Volume padlock-live ',
    `-action shutdown ${droplet.id} --wait && doctl compute volume-action detach ${volume.id} ${droplet.id} --wait`,
    'pulumi import digitalocean:index/project:Project padlock-live ',
    'pulumi import auth0:index/client:Client padlock-live ',
    "pulumi config set --path 'allowReplace[0]' droplet",
    'Nothing was created or changed.',
  ])
    expect(message).toContain(words)
  expect(await sandbox.writes()).toEqual([])
})

test('the imports lead to the same site at the same address, on a droplet of its own', async () => {
  const before = await sandbox.things()
  const [droplet] = await sandbox.droplets()
  const [volume] = await volumes()
  let imported = 0
  // The zone and its record have a message of their own.
  for (let round = 0; round < 4; round++) {
    const { code, stdout } = await stack.run('preview --json')
    if (code === 0) break
    const { diagnostics = [] } = JSON.parse(stdout)
    const told = diagnostics.map(({ message }: { message: string }) => message).join('\n')
    await detachAll(told)
    const count = await importAll(told)
    imported += count
    if (count === 0) break
  }
  expect(imported).toBe(9)

  const undo = stack.set({ allowReplace: ['droplet'] })
  await stack.up()
  undo()
  await stack.up()
  const after = await sandbox.droplets()
  expect(after).toHaveLength(1)
  expect(after[0].id).not.toBe(droplet.id)
  expect(await volumes()).toMatchObject([{ id: volume.id, droplet_ids: [after[0].id] }])
  const names = (things: string[]) => [...new Set(things)].sort()
  expect(names(await sandbox.things())).toEqual(names(before))
  await stack.up('--expect-no-changes')
})

test('one object that is not in the state is named alone', async () => {
  const { projects } = await sandbox.digitalocean('GET', '/projects?per_page=200')
  const { id } = projects.find(({ name }: { name: string }) => name === 'padlock-live')
  const urn = (await stack.state()).find(
    ({ type }) => type.endsWith(':Project') && /^digital/.test(type),
  ).urn
  expect((await stack.run(`state delete ${urn} --target-dependents --force --yes`)).code).toBe(0)
  const [message = ''] = await stack.mistakes()
  expect(message).toContain(`or: doctl projects delete ${id}`)
  expect(await importAll(message)).toBe(1)
  await stack.up()
  await stack.up('--expect-no-changes')
})

test('a key that was made and not written down is named before the account refuses it', async () => {
  const half = await openStack(sandbox, 'half')
  half.set({ subdomain: 'half', manageZone: false })
  const fault = { method: 'POST', path: '^/v2/droplets$', times: 1, fault: { status: 422 } }
  await sandbox.control.setFaults({ digitalocean: [fault] })
  expect((await half.run('up --yes --skip-preview')).code).not.toBe(0)
  await sandbox.control.setFaults({ digitalocean: [] })
  const { urn, id } = (await half.state()).find(({ type }) => type.endsWith(':SshKey'))
  expect((await half.run(`state delete ${urn} --yes`)).code).toBe(0)

  const [message = ''] = await half.mistakes()
  expect(message).toContain(`ssh key padlock-half-admin-abc1234 (${id})`)
  expect(message).toContain(`or: doctl compute ssh-key delete ${id}`)
  await sandbox.digitalocean('DELETE', `/account/keys/${id}`)
  await half.up()
  expect((await half.run('destroy --yes --skip-preview')).code).toBe(0)
})
