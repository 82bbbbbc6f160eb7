/** A directory like Let's Encrypt's staging: its own certificate is public, its sites' root is not. */
import { readFileSync } from 'node:fs'
import { get } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { hostCommand, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  const { directory } = sandbox.file.acme.staging
  stack.set({ acmeDirectory: directory, acmeRoot: undefined })
})
afterAll(() => sandbox.stop())

test('a name that leads elsewhere is named before the site is, and nothing waits for a certificate', async () => {
  const elsewhere = await startDns({
    host: '127.0.0.1',
    port: await freePort(),
    resolve(_name, type) {
      const data = { A: '192.0.2.7', NS: 'ns1.digitalocean.com.' }[type]
      return data ? [{ type, data, ttl: 60 }] : []
    },
  })
  const undo = stack.set({
    siteRoot: sandbox.file.acme.staging.rootPath,
    dnsServer: `127.0.0.1:${elsewhere.port}`,
  })
  const { code, output } = await stack.run('up --yes --skip-preview')
  undo()
  await elsewhere.close()
  expect(code).not.toBe(0)
  expect(output).toMatch(
    /no certificate could be issued: dev\.padlock\.localhost must lead to \S+ alone, but \S+ says 192\.0\.2\.7/,
  )
  expect(output).toContain('look at: the NS records of padlock.localhost at its registrar')
  const [droplet] = await sandbox.droplets()
  expect(sandbox.commands(droplet.id).map(hostCommand)).toContain('site stage')
  expect(sandbox.commands(droplet.id).map(hostCommand)).not.toContain('site serve')
})

test('with the roots of its sites the stack comes up, and the directory is trusted as it is', async () => {
  stack.set({ siteRoot: sandbox.file.acme.staging.rootPath })
  await stack.up()
  const { url, ip, host } = await stack.outputs()
  const chain = await new Promise<string[]>((resolve, reject) => {
    const ca = readFileSync(sandbox.file.acme.staging.rootPath)
    const options = { host: ip, port: new URL(url ?? '').port, servername: host, ca, agent: false }
    get({ ...options, headers: { host } }, (response) => {
      response.resume()
      const { issuerCertificate, issuer } = (response.socket as TLSSocket).getPeerCertificate(true)
      resolve([String(issuer.CN), String(issuerCertificate.issuer.CN)])
    }).once('error', reject)
  })
  expect(chain).toEqual([
    expect.stringContaining('Pebble Intermediate'),
    expect.stringContaining('padlock sandbox CA'),
  ])
})
