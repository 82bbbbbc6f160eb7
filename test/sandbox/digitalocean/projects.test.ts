/** Reserved addresses in projects, as terraform-provider-digitalocean#1031 and #1264 tell of the real API. */
import { type Account, DROPLET, startAccount } from './account.ts'

let account: Account
beforeEach(async () => {
  account = await startAccount()
})
afterEach(() => account.end())

async function project(name: string): Promise<string> {
  const { body } = await account.call('POST', '/projects', { name, purpose: 'x' })
  return body.project.id
}
const move = (id: string, ...resources: string[]) =>
  account.call('POST', `/projects/${id}/resources`, { resources })
async function urnsOf(id: string): Promise<string[]> {
  const { body } = await account.call('GET', `/projects/${id}/resources`)
  return body.resources.map(({ urn }: { urn: string }) => urn).sort()
}

/** A droplet with an address, both in the default project. */
async function addressed(): Promise<{ droplet: string; ip: string }> {
  const { id } = await account.droplet(DROPLET)
  const { body } = await account.call('POST', '/reserved_ips', { droplet_id: id })
  await account.api.settled()
  return { droplet: `do:droplet:${id}`, ip: body.reserved_ip.ip }
}

test('what was sent as do:reservedip is answered as do:floatingip', async () => {
  const { body } = await account.call('POST', '/reserved_ips', { region: 'ams3' })
  const { ip } = body.reserved_ip
  const shop = await project('shop')
  const { body: moved } = await move(shop, `do:reservedip:${ip}`)
  expect(moved.resources[0]).toMatchObject({ urn: `do:floatingip:${ip}`, status: 'assigned' })
  expect(await urnsOf(shop)).toEqual([`do:floatingip:${ip}`])
})

test('an address that a droplet has is not moved away from it', async () => {
  const { droplet, ip } = await addressed()
  const shop = await project('shop')
  expect((await move(shop, droplet, `do:reservedip:${ip}`)).status).toBe(200)
  const { status, body } = await move('default', `do:floatingip:${ip}`)
  expect(status).toBe(412)
  expect(body.message).toBe('Cannot move a Reserved IP with an associated droplet')
  expect(await urnsOf(shop)).toEqual([droplet, `do:floatingip:${ip}`])
})

test('it goes along with its droplet', async () => {
  const { droplet, ip } = await addressed()
  const shop = await project('shop')
  await move(shop, droplet)
  expect(await urnsOf(shop)).toEqual([droplet, `do:floatingip:${ip}`])
})
