import * as pulumi from '@pulumi/pulumi'
import { Site, type SiteArgs } from '../../../components/site/index.ts'
import { Anchor, mockProviders, plain, settle } from './mocks.ts'

const ssh = { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' }

async function staged(more: Partial<SiteArgs> = {}) {
  const registered = mockProviders()
  const droplet = new Anchor()
  const base = { ssh, droplet, dropletId: '4711', host: 'app.example.com', after: [] }
  new Site('padlock-dev', { ...base, caddyfile: 'https://app.example.com {}', ...more })
  const byType = await settle(registered)
  const command = plain(byType['command:remote:Command']?.[0]?.inputs)
  return command as { create: string; stdin: string | { secret: string } }
}

test('a site without certificates is sent as it always was', async () => {
  const { create, stdin } = await staged()
  expect(stdin).toBe(
    '{"host":"app.example.com","caddyfile":"https://app.example.com {}","acmeRoot":null}',
  )
  expect(create).toBe('sudo /usr/lib/padlock/site stage e8d7995d4db9')
})

test('a key is sent as a secret, and the version is that of the certificate alone', async () => {
  const pair = (certificate: string, key: string) => ({
    certificate: pulumi.output(certificate),
    key: pulumi.secret(key),
  })
  const one = await staged({ certificate: pair('certificate 1\n', 'key 1\n') })
  expect(JSON.parse((one.stdin as { secret: string }).secret)).toMatchObject({
    certificate: 'certificate 1\nkey 1\n',
  })
  expect(one.create).toMatch(/^sudo \/usr\/lib\/padlock\/site stage [0-9a-f]{12}$/)
  const other = await staged({ certificate: pair('certificate 1\n', 'key 2\n') })
  expect(other.create).toBe(one.create)
  const renewed = await staged({ certificate: pair('certificate 2\n', 'key 1\n') })
  expect(renewed.create).not.toBe(one.create)
})
