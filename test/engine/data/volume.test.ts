/** A stack's volume: made, grown, kept, and handed from one droplet to the next. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  // As everywhere without an expiry: the settings of the tests lift the protection.
  stack.set({ volume: 10, appVolumes: { '/data': 'data' }, protect: undefined })
  await stack.up()
})
afterAll(() => sandbox.stop())

const volumes = async (): Promise<Json[]> => (await sandbox.digitalocean('GET', '/volumes')).volumes
/** Of the volume, oldest first: `attach_volume`, `resize_volume`. */
async function actions(): Promise<string[]> {
  const [volume] = await volumes()
  const { actions: all } = await sandbox.digitalocean('GET', `/volumes/${volume.id}/actions`)
  return all.sort((a: Json, b: Json) => a.id - b.id).map(({ type }: Json) => type)
}
const NAME = 'padlock-dev-abc1234'

test('the stack has one volume, at its droplet, in its project, with its tags', async () => {
  const [droplet] = await sandbox.droplets()
  const [volume, ...others] = await volumes()
  expect(others).toEqual([])
  expect(volume).toMatchObject({
    ...{ name: NAME, size_gigabytes: 10, filesystem_type: '', droplet_ids: [droplet.id] },
    tags: ['padlock-dev', 'padlock-dev:owner:abc1234'],
  })
  const { projects } = await sandbox.digitalocean('GET', '/projects')
  const { id } = projects.find(({ name }: Json) => name === 'padlock-dev')
  const { resources } = await sandbox.digitalocean('GET', `/projects/${id}/resources`)
  expect(resources.map(({ urn }: Json) => urn)).toContain(`do:volume:${volume.id}`)
})

test('the release comes after the volume, with its directories', async () => {
  const [droplet] = await sandbox.droplets()
  expect(sandbox.volumes()).toEqual([`${droplet.id} mount`, `${droplet.id} release`])
  const { volumes, source } = JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
  expect(volumes).toEqual({ '/data': 'data' })
  expect(JSON.parse(sandbox.hostFile(droplet.id, 'prepared.json')).source).toEqual(source)
  expect(sandbox.hostFile(droplet.id, 'installed')).toContain('padlock-volume ')
})

test('nothing changes where nothing did', async () => {
  expect(await stack.preview()).toEqual([])
  await stack.up('--expect-no-changes')
})

test('it grows in place, and the host is told after that', async () => {
  stack.set({ volume: 20 })
  expect(brief(await stack.preview())).toEqual([
    'update Volume padlock-dev',
    'update local:Command padlock-dev-volume-mounted',
  ])
  const { output } = await stack.up()
  expect((await volumes())[0].size_gigabytes).toBe(20)
  expect(await actions()).toEqual(['attach_volume', 'resize_volume'])
  expect(output.indexOf('Volume padlock-dev updated')).toBeLessThan(
    output.indexOf('padlock-dev-volume-mounted updated'),
  )
  expect(sandbox.volumes().at(-1)).toMatch(/ mount$/)
})

test('it grows in the same update as its droplet, one after the other', async () => {
  stack.set({ volume: 30, size: 's-1vcpu-2gb' })
  await stack.up()
  const [{ size_slug, volume_ids }] = await sandbox.droplets()
  const [{ id, size_gigabytes }] = await volumes()
  expect({ size_slug, volume_ids, size_gigabytes }).toEqual({
    ...{ size_slug: 's-1vcpu-2gb', volume_ids: [id], size_gigabytes: 30 },
  })
})

test.each([
  [{ volume: 29 }, 'volume = 29 is less than the 30 GiB of the stack'],
  [{ region: 'ams3' }, `region = "ams3" is not where the stack's volume ${NAME} is`],
  [{ volume: undefined, appVolumes: undefined }, `this stack has the volume ${NAME} (30 GiB)`],
])('%j is refused before anything is made', async (change, words) => {
  const undo = stack.set(change)
  await sandbox.writes()
  for (const command of ['preview', 'up --yes --skip-preview']) {
    const { code, output } = await stack.run(command)
    expect(code).not.toBe(0)
    expect(output.replace(/\s+/g, ' ')).toContain(words)
  }
  expect(await sandbox.writes()).toEqual([])
  undo()
})
