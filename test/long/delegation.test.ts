/** A zone whose registrar names other servers, or none: said first, waited for, asked by name. */
import { Resolver } from 'node:dns/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { hostCommand, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

const zone = 'padlock.localhost'
const PARKED = {
  zone,
  servers: ['ns1.parking.example', 'ns2.parking.example'],
  address: '192.0.2.7',
}

describe('a zone that somebody made in the account', () => {
  beforeAll(async () => {
    await sandbox.digitalocean('POST', '/domains', { name: zone })
    stack.set({ manageZone: false })
    await sandbox.writes()
  })
  afterAll(async () => {
    await sandbox.digitalocean('DELETE', `/domains/${zone}`)
    stack.set({ manageZone: true })
  })

  test.each([
    ['is served by others', PARKED, 'it is served by ns1.parking.example and ns2.parking.example'],
    ['is not delegated', { zone, servers: [] }, 'no name server is known for it'],
  ])('and that %s is said before anything is made', async (_title, delegation, found) => {
    await sandbox.control.setDelegation(delegation)
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    expect(output).toContain(
      `zone = "${zone}" is not delegated to DigitalOcean: ${found}. Allowed: a zone whose registrar names ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com.`,
    )
    expect(output).toContain(`enter these at the registrar of ${zone}, in place of all others`)
    expect(await sandbox.writes()).toEqual([])
  })

  test('is taken where it is delegated', async () => {
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    expect((await stack.preview()).length).toBeGreaterThan(0)
  })
})

describe('a zone that the stack makes, and that its registrar leads elsewhere', () => {
  let droplet: number
  beforeAll(() => sandbox.control.setDelegation(PARKED))

  test('is named in a preview, which waits for nothing', async () => {
    const { code, output } = await stack.run('preview')
    expect(code).toBe(0)
    expect(output).toContain(
      'padlock.localhost is not delegated to DigitalOcean yet: it is served by ns1.parking.example and ns2.parking.example. Enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com at its registrar',
    )
    expect(output).not.toContain('Goes on for')
  })

  test('ends an update at the limit, after all that needs no name was made', async () => {
    const undo = stack.set({ delegationMinutes: 0 })
    const { code, output } = await stack.run('up --yes --skip-preview')
    undo()
    expect(code).not.toBe(0)
    expect(output).toContain(
      'no certificate could be issued: padlock.localhost is not delegated to DigitalOcean after 0 min: it is served by ns1.parking.example and ns2.parking.example',
    )
    expect(output).toContain('the next pulumi up goes on from here')
    droplet = (await sandbox.droplets())[0].id
    expect(sandbox.commands(droplet).map(hostCommand)).toContain('site stage')
    expect(sandbox.commands(droplet).map(hostCommand)).not.toContain('site serve')
  })

  test('lets the next update go on, which says what it waits for, and ends well once it is delegated', async () => {
    const { process, done } = stack.launch('up --yes --skip-preview')
    let said = ''
    const waits = new Promise<void>((resolve) => {
      process.stdout?.on('data', (chunk) => {
        said += chunk
        if (said.includes('Goes on for 15 min')) resolve()
      })
    })
    const early = done.then(({ output }) => {
      throw new Error(`it does not wait:\n${output}`)
    })
    await Promise.race([waits, early])
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    early.catch(() => {})
    const { code, output } = await done
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(said).toContain(
      'enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com',
    )
    expect((await sandbox.droplets()).map(({ id }) => id)).toEqual([droplet])
    expect((await stack.outputs()).nameServers).toEqual([
      'ns1.digitalocean.com',
      'ns2.digitalocean.com',
      'ns3.digitalocean.com',
    ])
  })
})

describe('a site whose name leads elsewhere by now', () => {
  afterAll(() => sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] }))

  test('fails the next release by name, though it answers at its address', async () => {
    await sandbox.control.setDelegation(PARKED)
    stack.set({ appEnv: { GREETING: 'by name' } })
    // The zone's servers will not come to another answer.
    const { code, output } = await stack.run('up --yes --skip-preview', {
      PADLOCK_SETTLE_SECONDS: '1',
    })
    expect(code).not.toBe(0)
    const { ip } = await stack.outputs()
    const { host, port } = sandbox.file.dns
    expect(output).toContain(
      `dev.padlock.localhost must lead to ${ip} alone (A), but ${host}:${port} says 192.0.2.7, to be remembered for 3600 s`,
    )
    expect(output).toContain('look at: another zone: dig NS padlock.localhost must show')
    expect(output).toMatch(/live all the same: release \w+/)
    expect(output).not.toContain('to go back to release')
  })

  test('ends well once the name leads to it again', async () => {
    await sandbox.control.setDelegation({ zone, servers: ['ns1.digitalocean.com'] })
    const { output } = await stack.up()
    expect(output).toContain('dev.padlock.localhost leads to')
  })
})

let shop: Stack

describe('a zone that others serve', () => {
  const elsewhere = 'elsewhere.localhost'
  const host = `shop.${elsewhere}`
  let ip: string
  const hold = (...records: [type: string, data: string, name?: string][]) =>
    sandbox.control.setDelegation({
      zone: elsewhere,
      servers: ['ns1.hoster.example'],
      records: records.map(([type, data, name = host]) => ({ name, type, data })),
    })
  beforeAll(async () => {
    await hold(['A', '192.0.2.7'])
    shop = await openStack(sandbox, 'shop')
    const aliases = { [elsewhere]: 'redirect' }
    shop.set({ zone: elsewhere, subdomain: 'shop', dns: 'external', manageZone: false, aliases })
    await sandbox.writes()
  })

  test('needs records that a preview names', async () => {
    const { code, output } = await shop.run('preview')
    expect(code).toBe(0)
    expect(output).toContain(
      'the update needs these records where elsewhere.localhost is served, and waits 15 min for them:',
    )
    expect(output).toContain(`${host}. 300 IN A (the address that the update prints)`)
    expect(output).toContain(`${host}. 300 IN CAA 0 issue "sandbox.localhost"`)
    expect(output).toContain(`${elsewhere}. 300 IN A (the address that the update prints)`)
    expect(await sandbox.writes()).toEqual([])
  })

  test('ends an update at the limit, which prints them and what is found in their place', async () => {
    const undo = shop.set({ delegationMinutes: 0 })
    const { code, output } = await shop.run('up --yes --skip-preview')
    undo()
    expect(code).not.toBe(0)
    ip = String(
      (await shop.state()).find(({ type }) => /:ReservedIp$/.test(type)).outputs.ipAddress,
    )
    expect(output).toContain('create these records where elsewhere.localhost is served:')
    expect(output).toContain(`${host}. 300 IN A ${ip}`)
    expect(output).toContain(`${elsewhere}. 300 IN A ${ip}`)
    expect(output).toContain(
      `the records of ${host} are not there after 0 min: A: found 192.0.2.7 at`,
    )
    expect(output).toContain(`wanted ${ip}; CAA: found none at`)
    const [droplet] = (await sandbox.droplets()).filter(({ name }) => name.includes('shop'))
    const commands = sandbox.commands(droplet.id).map(hostCommand)
    expect(commands).toContain('site stage')
    expect(commands).not.toContain('site serve')
    expect(await sandbox.writes()).not.toContain('POST /v2/domains/:domain_name/records')
  })

  test('lets the next one go on once they answer, and then nothing is left to do', async () => {
    const caa = '0 issue "sandbox.localhost"'
    await hold(['A', ip], ['CAA', caa], ['A', ip, elsewhere], ['CAA', caa, elsewhere])
    const { output } = await shop.up()
    expect(output).toContain(`${host} leads to ${ip}`)
    expect(output).toContain(`${elsewhere} has A ${ip}`)
    expect(output).toContain(`${elsewhere} leads to ${ip}`)
    expect(await sandbox.writes()).not.toContain('POST /v2/domains/:domain_name/records')
    const { code, output: preview } = await shop.run('preview --expect-no-changes')
    expect({ code, preview }).toMatchObject({ code: 0 })
    expect(preview).not.toContain('needs these records')
  })

  test('keeps the records of names that change places, in a state that knew the site’s own by the stack', async () => {
    const file = join(sandbox.dir, 'former.json')
    await shop.run(`stack export --file ${file}`)
    const state = readFileSync(file, 'utf8')
    const former = state.replaceAll(`-${host}-`, '-')
    expect(former).not.toBe(state)
    writeFileSync(file, former)
    const { code, output } = await shop.run(`stack import --file ${file}`)
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(await shop.preview()).toEqual([])
    const undo = shop.set({ subdomain: '@', aliases: { [host]: 'redirect' } })
    const steps = await shop.preview()
    undo()
    const printed = steps.filter(({ name }) => name.endsWith('-records'))
    expect(printed.filter(({ op }) => op !== 'update')).toEqual([])
    expect(steps.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/shop\.elsewhere\.localhost-records-there$/),
    )
  })

  test('is left by a destroy that names the records to delete', async () => {
    const { code, output } = await shop.run('destroy --yes --skip-preview')
    expect({ code, output }).toMatchObject({ code: 0 })
    for (const name of [host, elsewhere]) {
      expect(output).toContain(
        `delete these records where elsewhere.localhost is served, or ${name}`,
      )
      expect(output).toContain(`${name}. 300 IN A ${ip}`)
    }
  })
})

describe('a name that is made of the address', () => {
  beforeAll(() =>
    shop.set({
      ...{ dns: 'sslip', zone: undefined, subdomain: undefined, caaIssuer: undefined },
      aliases: undefined,
    }),
  )

  test('is known to everything that needs it once the address is', async () => {
    const { code, output } = await shop.run('preview')
    expect({ code, output }).toMatchObject({ code: 0 })
    const { output: said } = await shop.up('--policy-pack policy')
    const { host, ip, url, clientId } = await shop.outputs()
    expect(host).toBe(`${ip?.replaceAll('.', '-')}.sslip.io`)
    expect(url).toBe(`https://${host}:${sandbox.file.ports.https}`)
    expect(said).toContain(`${host} leads to ${ip}`)
    const client = await sandbox.auth0('GET', `/clients/${clientId}`)
    expect(client.callbacks).toEqual([`${url}/callback`])
    const [droplet] = (await sandbox.droplets()).filter(({ name }) => name.includes('shop'))
    expect(JSON.parse(sandbox.hostFile(droplet.id, 'site.json'))).toMatchObject({
      host,
      caddyfile: expect.stringContaining(`https://${host} {`),
    })
    expect((await sandbox.things()).filter((one) => one.startsWith('dns record'))).toEqual([])
  })

  test('is known to a preview afterwards, which finds nothing to do', async () => {
    const { code, output } = await shop.run('preview --expect-no-changes')
    expect({ code, output }).toMatchObject({ code: 0 })
  })
})

describe('no name at all', () => {
  beforeAll(() => shop.set({ dns: 'none' }))

  test('the address is the site, with certificates for addresses', async () => {
    const { output } = await shop.up('--policy-pack policy')
    const { host, ip, url, clientId } = await shop.outputs()
    expect(host).toBe(ip)
    expect(url).toBe(`https://${ip}:${sandbox.file.ports.https}`)
    expect(output).toContain(`${ip} is the address itself`)
    const client = await sandbox.auth0('GET', `/clients/${clientId}`)
    expect(client.callbacks).toEqual([`${url}/callback`])
    const [droplet] = (await sandbox.droplets()).filter(({ name }) => name.includes('shop'))
    const { caddyfile } = JSON.parse(sandbox.hostFile(droplet.id, 'site.json'))
    expect(caddyfile).toContain('\t\t\tprofile shortlived\n')
    expect(caddyfile).toContain(`\tdefault_sni ${ip}\n`)
    const { code, output: preview } = await shop.run('preview --expect-no-changes')
    expect({ code, preview }).toMatchObject({ code: 0 })
  })
})

describe('a domain of an account at DuckDNS', () => {
  const resolver = new Resolver()
  let token: string
  let host: string
  beforeAll(async () => {
    resolver.setServers([`${sandbox.file.dns.host}:${sandbox.file.dns.port}`])
    const { api, domain } = sandbox.file.duckdns
    ;({ token } = sandbox.credentials.duckdns)
    host = `${domain}.duckdns.org`
    await shop.run(`config set --secret duckdnsToken ${token}`)
    const { config } = parse(readFileSync(shop.configFile, 'utf8'))
    const duckdnsToken = config['padlock:duckdnsToken']
    shop.set({ dns: 'duckdns', subdomain: domain, duckdnsApi: api, duckdnsToken })
  })

  test('is led to the site, and its token is nowhere to be read', async () => {
    const { output } = await shop.up('--policy-pack policy')
    const { ip, url } = await shop.outputs()
    expect(url).toBe(`https://${host}:${sandbox.file.ports.https}`)
    expect(output).toContain(`${host} leads to ${ip}`)
    expect(await resolver.resolve4(host)).toEqual([ip])
    const { stdout } = await shop.run('stack export')
    for (const text of [output, stdout, shop.stateFile()]) expect(text).not.toContain(token)
  })

  test('leads nowhere after a destroy', async () => {
    const { code, output } = await shop.run('destroy --yes --skip-preview')
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).not.toContain(token)
    await expect(resolver.resolve4(host)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})
