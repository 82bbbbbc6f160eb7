/** A volume that goes from a droplet to its successor: in order, through failures, and through kills. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { waits } from '../support/sleep.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev', { shortSleep: true })
  stack.set({ volume: 10, appVolumes: { '/data': 'data' }, image: image() })
  await stack.up()
})
afterEach(async () => {
  sandbox.mend()
  await sandbox.control.setFaults({ digitalocean: [] })
})
afterAll(() => sandbox.stop())

let other = false
/** The other one of two each time, for a new droplet. */
function image(): string {
  other = !other
  return other ? '12345' : 'debian-13-x64'
}

const volume = async (): Promise<Json> => (await sandbox.digitalocean('GET', '/volumes')).volumes[0]
const holder = async () => (await volume()).droplet_ids[0]
const ids = async () => (await sandbox.droplets()).map(({ id }) => id)
/** What was done with the volume since then: by the account, and by hosts. */
async function since(account: number, hosts: number) {
  const { id } = await volume()
  const { actions } = await sandbox.digitalocean('GET', `/volumes/${id}/actions`)
  const types = actions.map(({ type }: Json) => type).reverse()
  return { account: types.slice(account), hosts: sandbox.volumes().slice(hosts), all: types.length }
}
const until = async (done: () => Promise<boolean>) => {
  while (!(await done())) await new Promise((next) => setTimeout(next, 50))
}

/** Kills an `up` that replaces the droplet once so much has happened; the answer is the old one. */
async function killed(reached: () => Promise<unknown>): Promise<number> {
  const [old] = await ids()
  stack.set({ image: image() })
  const running = stack.launch('up --yes --skip-preview')
  await reached()
  running.process.kill('SIGKILL')
  await running.done
  sandbox.mend()
  await sandbox.control.setFaults({ digitalocean: [] })
  expect((await stack.run('cancel --yes')).code).toBe(0)
  return old
}

/** Of a stack that has come to its end: one droplet, another one, with the volume. */
async function settled(old: number): Promise<void> {
  const [after, ...others] = await ids()
  expect(others).toEqual([])
  expect(after).not.toBe(old)
  expect(await holder()).toBe(after)
  expect(sandbox.volumes().at(-1)).toBe(`${after} release`)
  await stack.up('--expect-no-changes')
}

test('the old host lets go, the account detaches and attaches, the new host has it, the old goes last', async () => {
  const [old] = await ids()
  const [account, hosts] = [(await since(0, 0)).all, sandbox.volumes().length]
  stack.set({ image: image() })
  const { output } = await stack.up()
  const order = [
    'Droplet padlock-dev created replacement',
    'remote:Command padlock-dev-packages created replacement',
    'remote:Command padlock-dev-image created replacement',
    'local:Command padlock-dev-volume-mounted deleted original',
    'VolumeAttachment padlock-dev deleted original',
    'VolumeAttachment padlock-dev created replacement',
    'local:Command padlock-dev-volume-mounted created replacement',
    'remote:Command padlock-dev created replacement',
    'ReservedIpAssignment padlock-dev created replacement',
    'Droplet padlock-dev deleted original',
  ]
  const places = order.map((words) => [words, output.indexOf(words)] as const)
  expect(places.filter(([, place]) => place < 0)).toEqual([])
  expect(places.toSorted((a, b) => a[1] - b[1]).map(([words]) => words)).toEqual(order)
  const [after] = await ids()
  const done = await since(account, hosts)
  expect(done.account).toEqual(['detach_volume', 'attach_volume'])
  expect(done.hosts).toEqual([`${old} unmount`, `${after} mount`, `${after} release`])
  expect(waits(sandbox)).toBe(0)
  await settled(old)
})

test('the preview says that the volume moves', async () => {
  const undo = stack.set({ image: image() })
  const steps = (await stack.preview()).map(({ op, type, name }) => `${op} ${type} ${name}`)
  undo()
  // Back to the one that the stack has.
  image()
  expect(steps).toContain(
    'replace digitalocean:index/volumeAttachment:VolumeAttachment padlock-dev',
  )
  expect(steps).toContain('replace command:local:Command padlock-dev-volume-mounted')
  expect(steps.join()).not.toContain('Volume:Volume')
})

test.each(['ready', 'install', 'release'] as const)(
  'a new host that fails at %s leaves the volume where it serves',
  async (command) => {
    const [old] = await ids()
    const hosts = sandbox.volumes().length
    stack.set({ image: image() })
    // Of the release its image is the first that fails.
    sandbox.fail(command, `broken on purpose at ${command}`)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    expect(output).toContain(`broken on purpose at ${command}`)
    expect(await holder()).toBe(old)
    expect(sandbox.volumes().slice(hosts)).toEqual([])
  },
)

test('an old host that does not let go keeps the volume, and the update stops', async () => {
  const [old] = await ids()
  sandbox.fail('volume-unmount', '/srv/volume is still in use')
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output).toContain('/srv/volume is still in use')
  expect(await holder()).toBe(old)
  sandbox.mend()
  await stack.up()
  await settled(old)
})

describe('an up that was killed is finished by the next one:', () => {
  test('after the old host has let go', async () => {
    sandbox.hold('volume-unmount')
    const old = await killed(() => sandbox.reached('volume-unmount'))
    await stack.up()
    await settled(old)
  })

  test('after the detachment', async () => {
    // Of the attachment, which asks where the volume is; the program has asked that before.
    const slow = { method: 'GET', path: '^/v2/volumes/[0-9a-f-]+$', fault: { delayMs: 3_600_000 } }
    const asked = async () => {
      const calls = Object.entries((await sandbox.control.status()).calls.digitalocean ?? {})
      const found = calls.filter(([call]) => /^GET \/v2\/volumes\/[^/]+$/.test(call))
      return found.reduce((sum, [, count]) => sum + count, 0)
    }
    sandbox.hold('volume-unmount')
    const old = await killed(async () => {
      await sandbox.reached('volume-unmount')
      await sandbox.control.setFaults({ digitalocean: [slow] })
      const before = await asked()
      sandbox.mend()
      await until(async () => (await asked()) > before)
    })
    expect(await holder()).toBeUndefined()
    await stack.up()
    await settled(old)
  })

  test('after the attachment', async () => {
    sandbox.hold('volume-mount')
    const old = await killed(() => sandbox.reached('volume-mount'))
    expect(await holder()).not.toBe(old)
    await stack.up()
    await settled(old)
  })
})

test('killed in the midst of a detachment, it says what to do', async () => {
  const slow = { method: 'GET', path: '^/v2/actions/', fault: { delayMs: 3_600_000 } }
  sandbox.hold('volume-unmount')
  const old = await killed(async () => {
    await sandbox.reached('volume-unmount')
    await sandbox.control.setFaults({ digitalocean: [slow] })
    sandbox.mend()
    await until(async () => (await holder()) === undefined)
  })
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output.replace(/\s+/g, ' ')).toContain(
    'Fix, if this update cannot detach it: pulumi refresh, then pulumi up',
  )
  expect((await stack.run('refresh --yes --skip-preview')).code).toBe(0)
  await stack.up()
  await settled(old)
})
