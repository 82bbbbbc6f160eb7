/** From nothing to the whole deployment, no drift, and back to nothing. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

test('a preview of a new stack asks both accounts and creates nothing', async () => {
  const steps = await stack.preview()
  expect(steps.map(({ op }) => op)).toEqual(Array(31).fill('create'))
  expect(await sandbox.things()).toEqual([])
  expect(await sandbox.writes()).toEqual([])
})

describe('up', () => {
  let output: string
  let outputs: Record<string, string>
  beforeAll(async () => {
    ;({ output } = await stack.up())
    outputs = await stack.outputs()
  })

  test('makes everything that belongs to the deployment, named after the stack, and no more', async () => {
    expect(await sandbox.things()).toEqual([
      'application padlock-dev',
      'domain padlock.localhost',
      `domain_record dev.padlock.localhost A ${outputs.ip}`,
      'domain_record dev.padlock.localhost CAA sandbox.localhost',
      'droplet padlock-dev-*',
      'firewall padlock-dev-*',
      'project padlock-dev',
      `reserved_ip ${outputs.ip}`,
      'ssh_key padlock-dev-admin-*',
      'tag padlock-dev',
      'tag padlock-dev:owner:abc1234',
    ])
  })

  test('makes a droplet as it is configured, behind the firewall and in the project', async () => {
    const [droplet] = await sandbox.droplets()
    expect(droplet).toMatchObject({
      size_slug: 's-1vcpu-1gb',
      region: { slug: 'fra1' },
      image: { slug: 'debian-13-x64' },
      tags: ['padlock-dev', 'padlock-dev:owner:abc1234'],
      status: 'active',
    })
    const { firewalls } = await sandbox.digitalocean('GET', '/firewalls')
    const { ssh, http, https } = sandbox.file.ports
    const open = firewalls[0].inbound_rules.map(
      ({ protocol, ports, sources }: { protocol: string; ports: string; sources: object }) =>
        `${protocol} ${ports} ${JSON.stringify(sources)}`,
    )
    const anywhere = '{"addresses":["0.0.0.0/0","::/0"]}'
    expect(open.sort()).toEqual(
      [
        `tcp ${ssh} {"addresses":["127.0.0.0/8"]}`,
        `tcp ${http} ${anywhere}`,
        `tcp ${https} ${anywhere}`,
        `udp ${https} ${anywhere}`,
      ].sort(),
    )
    expect(firewalls[0].tags).toEqual(['padlock-dev', 'padlock-dev:owner:abc1234'])
    const { reserved_ips } = await sandbox.digitalocean('GET', '/reserved_ips')
    expect(reserved_ips[0]).toMatchObject({ ip: outputs.ip, droplet: { id: droplet.id } })
    const { projects } = await sandbox.digitalocean('GET', '/projects')
    const project = projects.find(({ name }: { name: string }) => name === 'padlock-dev')
    const { resources } = await sandbox.digitalocean('GET', `/projects/${project.id}/resources`)
    expect(resources.map(({ urn }: { urn: string }) => urn).sort()).toEqual([
      'do:domain:padlock.localhost',
      `do:droplet:${droplet.id}`,
      `do:floatingip:${outputs.ip}`,
    ])
  })

  test("makes an application with this stack's exact URLs, on its connection", async () => {
    const { url } = outputs
    const client = await sandbox.auth0('GET', `/clients/${outputs.clientId}`)
    expect(client).toMatchObject({
      name: 'padlock-dev',
      app_type: 'regular_web',
      oidc_conformant: true,
      grant_types: ['authorization_code'],
      callbacks: [`${url}/callback`],
      allowed_logout_urls: [`${url}/`],
      initiate_login_uri: `${url}/login`,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const [connection] = await sandbox.auth0('GET', '/connections?strategy=auth0')
    const { clients } = await sandbox.auth0('GET', `/connections/${connection.id}/clients`)
    expect(clients).toContainEqual({ client_id: outputs.clientId })
  })

  test('gives all outputs', () => {
    const { https, ssh } = sandbox.file.ports
    expect(outputs).toEqual({
      url: `https://dev.padlock.localhost:${https}`,
      host: 'dev.padlock.localhost',
      expiresAt: 'never',
      ip: expect.stringMatching(/^127\.30\.\d+\.\d+$/),
      egressIp: expect.stringMatching(/^127\.20\.\d+\.\d+$/),
      issuer: `https://${sandbox.file.auth0.customDomain}/`,
      clientId: expect.stringMatching(/^\w{32}$/),
      nameServers: ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com'],
      release: expect.stringMatching(/^[0-9a-f]{12}$/),
      sshCommand: expect.stringContaining(`ssh -p ${ssh} `),
      adminPrivateKey: expect.stringMatching(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/),
    })
    expect(outputs.sshCommand).toMatch(/\/bin\/echo \[127\.30\.\d+\.\d+\]:\d+ ssh-ed25519 AAAA/)
    expect(output).toMatch(/adminPrivateKey: \[secret\]/)
  })

  test('keeps the commit that is live in the state, and the next preview names it', async () => {
    const live = (await stack.state()).find(({ type }: Json) => type === 'padlock:index:Live')
    expect(live.outputs.commit).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/)
    const { output } = await stack.run('preview')
    expect(output).toContain(`live: release ${live.outputs.release} of commit`)
  })

  test('runs each command on the host once, in order', async () => {
    const [droplet] = await sandbox.droplets()
    expect(sandbox.commands(droplet.id).map((line) => line.replace(/ \/.*\//, ' '))).toEqual([
      'sudo host-key',
      expect.stringContaining('authorized_keys'),
      'sudo ready',
      expect.stringMatching(/^sudo install [0-9a-f]{64}$/),
      `sudo release ${outputs.release}`,
      expect.stringMatching(/^sudo site stage [0-9a-f]{12}$/),
      expect.stringMatching(/^sudo site serve [0-9a-f]{12}$/),
    ])
  })

  test('keeps every secret out of the state file and of what the engine prints', async () => {
    const { digitalocean, auth0 } = sandbox.credentials
    const secrets = {
      ...(await stack.secrets()),
      'the token': digitalocean.token,
      'the management secret': auth0.clientSecret,
    }
    const kinds = ['privateKeyOpenssh', 'clientSecret', 'result', 'stdin', 'inputs.userData']
    for (const kind of kinds) expect(Object.keys(secrets).join()).toContain(kind)
    const state = stack.stateFile()
    for (const [name, secret] of Object.entries(secrets)) {
      const inJson = JSON.stringify(secret).slice(1, -1)
      expect([name, state.includes(inJson), output.includes(secret)]).toEqual([name, false, false])
    }
  })
})

describe('with nothing changed', () => {
  test('a second up changes nothing', async () => {
    await sandbox.writes()
    const { output } = await stack.up('--expect-no-changes')
    expect(output).toMatch(/\d+ unchanged/)
    expect(await sandbox.writes()).toEqual([])
  })

  test('nor does a preview show a change', async () => {
    expect(await stack.preview()).toEqual([])
  })

  test('nor is there drift', async () => {
    const { code, output } = await stack.run('refresh --preview-only --expect-no-changes')
    expect(output).not.toMatch(/error:/)
    expect(code).toBe(0)
    expect(await sandbox.writes()).toEqual([])
  })
})

test('destroy leaves nothing at either account and nothing in the state', async () => {
  const { code, output } = await stack.run('destroy --yes --skip-preview')
  expect(output).not.toMatch(/error:/)
  expect(code).toBe(0)
  expect(await sandbox.things()).toEqual([])
  expect(await stack.state()).toEqual([])
})
