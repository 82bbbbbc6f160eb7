/** A volume that goes from a droplet to its successor: in order, and through failures. */
import { openReplaced, type Replaced } from '../support/hand-over.ts'
import { waits } from '../support/sleep.ts'

jest.setTimeout(300_000)
let { sandbox, stack, image, holder, droplets, since, settled } = {} as Replaced
beforeAll(async () => {
  ;({ sandbox, stack, image, holder, droplets, since, settled } = await openReplaced())
})
afterEach(async () => {
  sandbox.mend()
  await sandbox.control.setFaults({ digitalocean: [] })
})
afterAll(() => sandbox.stop())

test('the old host lets go, the account detaches and attaches, the new host has it, the old goes last', async () => {
  const [old] = await droplets()
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
  const [after] = await droplets()
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
    const [old] = await droplets()
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
  const [old] = await droplets()
  sandbox.fail('volume-unmount', '/srv/volume is still in use')
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output).toContain('/srv/volume is still in use')
  expect(await holder()).toBe(old)
  sandbox.mend()
  await stack.up()
  await settled(old)
})
