/** What the account holds already: found before anything is made, each with a way on that works. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, OWNER, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

const ZONE = 'padlock.localhost'
const records = `/domains/${ZONE}/records`
const at = async (name: string) =>
  (await sandbox.digitalocean('GET', `${records}?name=${name}`)).domain_records as Json[]
const add = async (type: string, name: string, data: string): Promise<number> =>
  (await sandbox.digitalocean('POST', records, { type, name, data })).domain_record.id
/** A command that a message names, with the shell's quotes taken away. */
const follow = (message: string, command: string) => {
  const words = message.slice(message.indexOf(command)).split(/[;,]? or |\n|; /)[0] ?? ''
  return stack.run(`${words.replace(/^pulumi /, '').replaceAll("'", '')} --yes --skip-preview`)
}

test('a wrong configuration is told, and nothing of the runtime beside it', async () => {
  const undo = stack.set({ sshPort: 0 })
  const { code, output } = await stack.run('preview')
  undo()
  expect(code).not.toBe(0)
  expect(output).toContain("The stack's configuration has one problem")
  expect(output).not.toMatch(/Warning|node --trace/)
})

test('the number of an image that has a slug', async () => {
  const { images } = await sandbox.digitalocean('GET', '/images?per_page=200')
  const { id } = images.find(({ slug }: Json) => slug === 'debian-13-x64')
  const undo = stack.set({ image: String(id) })
  const [message] = await stack.mistakes()
  undo()
  expect(message).toBe(
    `image = "${id}" is the number of the image debian-13-x64, which would replace the droplet in every update. Allowed: debian-13-x64, or the number of a snapshot made from it.
    Fix: pulumi config set image debian-13-x64
Nothing was created or changed.`,
  )
})

test('an account without room for a reserved IP', async () => {
  const made: string[] = []
  for (let count = 0; count < 3; count++) {
    const { reserved_ip } = await sandbox.digitalocean('POST', '/reserved_ips', { region: 'fra1' })
    made.push(reserved_ip.ip)
  }
  const [message] = await stack.mistakes()
  for (const ip of made) await sandbox.digitalocean('DELETE', `/reserved_ips/${ip}`)
  expect(message).toMatch(
    /^the DigitalOcean account has 3 of 3 reserved IPs, and this stack needs one more\. Allowed: fewer than 3\./,
  )
})

describe('a zone and a record that somebody made', () => {
  let record: number
  beforeAll(async () => {
    await sandbox.digitalocean('POST', '/domains', { name: ZONE })
    record = await add('A', 'dev', '203.0.113.7')
    await add('MX', '@', 'mail.example.com.').catch(() => undefined)
  })

  test('a CNAME at the name is not offered for an import, as no A record can be beside it', async () => {
    const id = await add('CNAME', 'alias', 'elsewhere.example.com.')
    const undo = stack.set({ subdomain: 'alias', manageZone: false })
    const [message] = await stack.mistakes()
    undo()
    await sandbox.digitalocean('DELETE', `${records}/${id}`)
    expect(message).toMatch(`alias.${ZONE} has records that are not this stack’s: CNAME elsewhere`)
    expect(message).toContain(`doctl compute domain records delete ${ZONE} ${id}`)
    expect(message).not.toContain('pulumi import')
  })

  test('are not taken over by manageZone', async () => {
    const [message = ''] = await stack.mistakes()
    expect(message).toMatch(
      /^manageZone = true, and the zone padlock\.localhost is in the DigitalOcean account already\./,
    )
    const { code, output } = await follow(message, 'pulumi import')
    if (code !== 0) throw new Error(output)
  })

  test('the zone is the stack’s once it is imported; the record is named, and imported too', async () => {
    const [message = ''] = await stack.mistakes()
    expect(message).toMatch(
      `dev.${ZONE} has records that are not this stack’s: A 203.0.113.7 (id ${record}).`,
    )
    const { code, output } = await follow(message, 'pulumi import')
    if (code !== 0) throw new Error(output)
    const shown = brief(await stack.preview())
    expect(shown).toContain('update DnsRecord padlock-dev-a')
    expect(shown.filter((step) => / (Domain|DnsRecord) /.test(step))).not.toContainEqual(
      expect.stringMatching(/^(create Domain|create DnsRecord padlock-dev-a|delete)/),
    )
  })

  test('up keeps both, and the name leads to the new site alone', async () => {
    const { output } = await stack.up()
    expect(output).toMatch(
      /The DigitalOcean account has 0 of 25 droplets and 0 of 3 reserved IPs; each stack takes one application/,
    )
    const [a, ...others] = (await at(`dev.${ZONE}`)).filter(({ type }) => type === 'A')
    expect(others).toEqual([])
    expect(a).toMatchObject({ id: record, data: (await stack.outputs()).ip })
    expect(await stack.preview()).toEqual([])
  })

  test.each([
    ['A', '203.0.113.9'],
    ['AAAA', '2001:db8::9'],
  ])('a second %s record at the name stops the next up', async (type, data) => {
    const id = await add(type, 'dev', data)
    const [message] = await stack.mistakes()
    await sandbox.digitalocean('DELETE', `${records}/${id}`)
    expect(message).toMatch(`dev.${ZONE} has records that are not this stack’s: ${type} ${data}`)
    expect(message).toContain(`doctl compute domain records delete ${ZONE} ${id}`)
  })
})

describe('a size with a smaller disk', () => {
  test('is refused, and the droplet goes on', async () => {
    const undo = stack.set({ size: 's-1vcpu-512mb-10gb' })
    const [message] = await stack.mistakes()
    undo()
    expect(message).toMatch(/^size = "s-1vcpu-512mb-10gb" has a disk of 10 GiB/)
    expect((await sandbox.droplets())[0].status).toBe('active')
  })

  test('is had by a replacement that was consented to', async () => {
    const [{ id }] = await sandbox.droplets()
    const undo = stack.set({ size: 's-1vcpu-512mb-10gb', allowReplace: ['droplet'] })
    expect(brief(await stack.preview())).toContain('replace Droplet padlock-dev')
    await stack.up()
    const [droplet, ...others] = await sandbox.droplets()
    expect(others).toEqual([])
    expect(droplet).toMatchObject({ size_slug: 's-1vcpu-512mb-10gb', disk: 10 })
    expect(droplet.id).not.toBe(id)
    expect(await stack.preview()).toEqual([])
    undo()
  })
})

test('marks that are gone, or never were, come back in place', async () => {
  const [{ id, tags }] = await sandbox.droplets()
  const mark = tags.find((tag: string) => tag.includes(':owner:'))
  await sandbox.digitalocean('DELETE', `/tags/${mark}`)
  const client = (await sandbox.auth0('GET', '/clients')).find(
    ({ name }: Json) => name === 'padlock-dev',
  )
  await sandbox.auth0('PATCH', `/clients/${client.client_id}`, { client_metadata: { owner: null } })
  await stack.up('--refresh')
  expect(await sandbox.droplets()).toMatchObject([{ id, tags: expect.arrayContaining([mark]) }])
  const clients: Json[] = await sandbox.auth0('GET', '/clients')
  const again = clients.find(({ client_id }) => client_id === client.client_id)
  expect(again.client_metadata.owner).toBe(OWNER)
})
