/** A volume that goes from a droplet to its successor, through kills. */
import { openReplaced, type Replaced } from '../engine/support/hand-over.ts'

jest.setTimeout(300_000)
let { sandbox, stack, image, holder, droplets, settled } = {} as Replaced
beforeAll(async () => {
  ;({ sandbox, stack, image, holder, droplets, settled } = await openReplaced())
})
afterEach(async () => {
  sandbox.mend()
  await sandbox.control.setFaults({ digitalocean: [] })
})
afterAll(() => sandbox.stop())

const until = async (done: () => Promise<boolean>) => {
  while (!(await done())) await new Promise((next) => setTimeout(next, 50))
}

/** Kills an `up` that replaces the droplet once so much has happened; the answer is the old one. */
async function killed(reached: () => Promise<unknown>): Promise<number | undefined> {
  const [old] = await droplets()
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
