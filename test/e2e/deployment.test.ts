import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { generateKey } from '../support/ssh-key.ts'
import { logIn, openBrowser, picture, type Window } from './browser.ts'
import { shownCertificate } from './certificate.ts'
import { inPlaceTests } from './in-place.ts'
import { lockedOutTests } from './locked-out.ts'
import { replacementTests } from './replacement.ts'
import { pulumi, root, sh, stackOutputs } from './shell.ts'
import { startTraffic } from './traffic.ts'

const URL = 'https://dev.padlock.localhost:8443'
const PASSWORD = 'sandbox'
const sandbox = join(root, '.sandbox')
const ca = join(sandbox, 'ca', 'root.pem')
/** A copy of the app that the test may change, and a stack file that names it. */
const appCopy = '.sandbox/e2e/app'
const stackFile = '.sandbox/e2e/Pulumi.dev.yaml'

let browser: Window
let outputs: Record<string, string> = {}

jest.setTimeout(20 * 60_000)

beforeAll(() => {
  rmSync(join(root, '.sandbox/e2e'), { recursive: true, force: true })
  mkdirSync(join(root, '.sandbox/e2e'), { recursive: true, mode: 0o700 })
  cpSync(join(root, 'app'), join(root, appCopy), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  const settings = readFileSync(join(root, 'Pulumi.dev.yaml'), 'utf8')
  writeFileSync(join(root, stackFile), `${settings.trimEnd()}\n  appSource: ${appCopy}\n`)
})

afterAll(async () => {
  await browser?.close()
  await sh('./padlock sandbox down', { minutes: 5 })
  rmSync(join(root, '.sandbox/e2e'), { recursive: true, force: true })
})

/** A command on the host through the printed ssh command, exactly as it stands. */
async function onHost(command: string) {
  return sh(`. .sandbox/env && ${outputs.sshCommand}`, { input: `${command}\n` })
}

test('make up brings everything up from nothing', async () => {
  const { code, output, seconds } = await sh('make up', { minutes: 19 })
  console.log(`make up: ${Math.round(seconds)} s\n${output}`)
  expect(output).toContain(URL)
  expect(code).toBe(0)
  outputs = await stackOutputs()
  expect(outputs).toMatchObject({
    url: URL,
    host: 'dev.padlock.localhost',
    ip: expect.stringMatching(/^127\.30\./),
    issuer: 'https://login.sandbox.localhost:8471/',
    release: expect.stringMatching(/^[0-9a-f]{12}$/),
  })
})

test('the padlock is closed, and the allowed user logs in and is greeted', async () => {
  browser = await openBrowser(ca)
  const page = await browser.visit()
  const response = await page.goto(URL)
  const security = await response?.securityDetails()
  expect(security?.protocol).toMatch(/^TLS 1\.3$/)
  const { subjectaltname } = await shownCertificate(URL, outputs.ip ?? '', ca)
  expect(subjectaltname).toBe('DNS:dev.padlock.localhost')
  await picture(page, '1-public-page')
  await logIn(page, URL, 'ada@example.com', PASSWORD)
  await page.getByRole('heading', { name: 'Hello, Ada Lovelace!' }).waitFor()
  await picture(page, '2-ada-is-greeted')
  const hello = await page.goto(`${URL}/api/hello`)
  expect(await hello?.json()).toMatchObject({
    greeting: 'Hello, Ada Lovelace!',
    release: outputs.release,
  })
})

test('a user who is not on the allow-list is refused, and told so', async () => {
  const page = await browser.visit()
  await logIn(page, URL, 'mallory@example.com', PASSWORD)
  await page.getByRole('heading', { name: 'This account has no access' }).waitFor()
  await picture(page, '3-mallory-is-refused')
  expect(await page.textContent('body')).toContain('mallory@example.com')
  expect((await page.goto(`${URL}/api/hello`))?.status()).toBe(401)
})

test('the printed ssh command works, with the host key pinned', async () => {
  const { output } = await onHost('id -un; hostname')
  expect(output).toContain('admin\npadlock-dev')
  const verb = await sh(
    `. .sandbox/env && ./padlock ssh --stack dev 'echo "two  words" $((6 * 7))'`,
  )
  expect(verb).toMatchObject({ code: 0, output: 'two  words 42\n' })
  const wrongKey = outputs.sshCommand?.replace(
    /ssh-ed25519 AAAA[^"]+/,
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ',
  )
  const refused = await sh(`. .sandbox/env && ${wrongKey}`, { input: 'id -un\n' })
  expect(refused.code).not.toBe(0)
  expect(refused.output).not.toContain('admin\n')
})

test('an agent whose seventh key is the right one is let in', async () => {
  const keys = Array.from({ length: 6 }, () => generateKey().privateKey)
  const folder = join(root, '.sandbox/e2e/agent')
  mkdirSync(folder, { mode: 0o700 })
  for (const [at, key] of [...keys, outputs.adminPrivateKey ?? ''].entries()) {
    writeFileSync(join(folder, `${at}`), `${key.trimEnd()}\n`, { mode: 0o600 })
  }
  const options =
    'BatchMode=yes IdentityFile=none StrictHostKeyChecking=no UserKnownHostsFile=/dev/null'
  const ssh = `ssh -F none ${options.replace(/\S+=/g, '-o $&')} -p 2222 admin@${outputs.ip} id -un`
  const add = `for key in 0 1 2 3 4 5 6; do ssh-add -q ${folder}/$key; done`
  const { code, output } = await sh(`ssh-agent sh -c '${add}; ${ssh}'`)
  rmSync(folder, { recursive: true })
  expect([code, output]).toEqual([0, expect.stringMatching(/^admin$/m)])
})

describe('the host', () => {
  test.each([
    [
      'Caddy is current and runs as its own user',
      'caddy version; ps -o user= -C caddy',
      /^v2\.(1[1-9]|[2-9]\d)\.\d+ [\s\S]*^caddy$/m,
    ],
    ['it came from the verified repository', 'apt-cache policy caddy', /apt\.sandbox\.localhost/],
    [
      'root may not log in, nor anybody by password',
      'sudo sshd -T',
      /permitrootlogin no[\s\S]*passwordauthentication no/,
    ],
    [
      'the app runs rootless, read-only and without capabilities',
      "sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) podman inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}}' $(sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) podman ps -q)",
      /true \[\]/,
    ],
    [
      'the host’s own firewall lets in the configured ports and nothing else',
      'sudo nft list chain inet padlock input',
      /policy drop;[\s\S]*tcp dport \{ 2222, 8080, 8443 \} accept\s+udp dport 8443 accept\s+\}/,
    ],
    [
      'nobody but root reaches the metadata',
      'curl -sS --max-time 5 http://169.254.169.254/metadata/v1/id; echo "curl: $?"',
      /curl: 7$/m,
    ],
    [
      'the one-time host key is gone',
      'sudo ls /etc/ssh',
      /^(?![\s\S]*ecdsa)[\s\S]*ssh_host_ed25519_key/,
    ],
    [
      'a port that no outbound rule names is not reached: dropped, not refused',
      'timeout 5 bash -c \'echo >/dev/tcp/10.0.2.2/25060\'; echo "exit $?"',
      /^exit 124$/m,
    ],
    [
      'connections outlive a reload of the proxy that listens',
      'cat /proc/sys/net/ipv4/tcp_migrate_req',
      /^1$/m,
    ],
    ['security updates come by themselves', 'apt-config dump | grep -i origin', /caddy/i],
  ])('%s', async (_what, command, expected) => {
    expect((await onHost(command)).output).toMatch(expected)
  })

  test('no secret is in user data, the environment of the image, the log or the process list', async () => {
    const { output } = await pulumi('stack export --show-secrets')
    const state = JSON.parse(output)
    const secrets: string[] = []
    for (const resource of state.deployment.resources) {
      for (const value of [resource.outputs?.clientSecret, resource.outputs?.result]) {
        const text = value?.plaintext ? JSON.parse(value.plaintext) : undefined
        if (typeof text === 'string') secrets.push(text)
      }
    }
    expect(secrets.length).toBeGreaterThanOrEqual(2)
    const places = [
      'sudo cat /var/lib/cloud/instance/user-data.txt',
      'sudo journalctl --no-pager -o cat',
      'ps auxww',
      'sudo cat /var/log/padlock/*.log /var/log/cloud-init*.log',
      "sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) sh -c 'podman inspect $(podman ps -aq); podman image inspect $(podman images -q)'",
      'sudo find /home/app/.config /var/lib/padlock/proxy -type f -exec cat {} +',
    ]
    for (const place of places) {
      const seen = await onHost(place)
      expect(seen.output.length).toBeGreaterThan(100)
      for (const secret of secrets) expect(seen.output).not.toContain(secret)
    }
    const plainState = readFileSync(
      join(sandbox, 'state', '.pulumi', 'stacks', 'padlock', 'dev.json'),
      'utf8',
    )
    for (const secret of secrets) expect(plainState).not.toContain(secret)
  })
})

test('a second up changes nothing', async () => {
  const { code, output } = await pulumi('up --yes --skip-preview --expect-no-changes')
  expect(output).toMatch(/\d+ unchanged/)
  expect(code).toBe(0)
})

test('a changed line in the app is a release, and loses no request', async () => {
  const template = join(root, appCopy, 'greeter', 'templates', 'home.html')
  writeFileSync(
    template,
    readFileSync(template, 'utf8').replace('You are logged in', 'Welcome back: you are logged in'),
  )
  const file = `--config-file ${stackFile}`
  const preview = await pulumi(`preview --diff=false ${file}`)
  expect(preview.output).toMatch(/padlock-dev-source/)
  expect(preview.output).not.toMatch(/Droplet|replace\b(?!.*command)/i)

  const traffic = startTraffic(URL, outputs.ip ?? '', ca)
  const { code, output } = await pulumi(`up --yes --skip-preview ${file}`)
  const { sent, failed } = await traffic.stop()
  console.log(`release: ${sent} requests, ${failed.length} failed`)
  expect(output).not.toMatch(/error:/)
  expect(code).toBe(0)
  expect(sent).toBeGreaterThan(20)
  expect(failed).toEqual([])

  const before = outputs.release
  outputs = await stackOutputs()
  expect(outputs.release).not.toBe(before)
  const page = await browser.visit()
  await logIn(page, URL, 'ada@example.com', PASSWORD)
  await page.getByText('Welcome back: you are logged in').waitFor()
  await picture(page, '4-new-release')
})

test('a release that does not become ready is refused, and the old one goes on serving', async () => {
  const module = join(root, appCopy, 'greeter', '__init__.py')
  const good = readFileSync(module, 'utf8')
  writeFileSync(module, `${good}\nraise RuntimeError("this release is broken on purpose")\n`)
  const { code, output } = await pulumi(`up --yes --skip-preview --config-file ${stackFile}`)
  writeFileSync(module, good)
  expect(code).not.toBe(0)
  expect(output).toContain('this release is broken on purpose')
  const page = await browser.visit()
  await logIn(page, URL, 'ada@example.com', PASSWORD)
  await page.getByText('Welcome back: you are logged in').waitFor()
  const hello = await page.goto(`${URL}/api/hello`)
  expect(await hello?.json()).toMatchObject({ release: outputs.release })
})

test('up after the refused release converges', async () => {
  const { code, output } = await pulumi(`up --yes --skip-preview --config-file ${stackFile}`)
  expect(output).not.toMatch(/error:/)
  expect(code).toBe(0)
})

describe('the stack’s own admin key', () => {
  test('is rotated in place, with a person’s key beside it', async () => {
    const old = outputs.adminPrivateKey
    const settings = readFileSync(join(root, stackFile), 'utf8').trimEnd()
    const person = generateKey()
    writeFileSync(
      join(root, stackFile),
      `${settings}\n  adminKeyVersion: 2\n  adminSshKeys: ['${person.publicKey}']\n`,
    )
    const { code, output } = await pulumi(`up --yes --skip-preview --config-file ${stackFile}`)
    if (code !== 0) throw new Error(output)
    outputs = await stackOutputs()
    expect(outputs.adminPrivateKey).not.toBe(old)
    const { output: keys } = await onHost('cat ~/.ssh/authorized_keys; id -un')
    expect(keys.match(/^ssh-ed25519 /gm)).toHaveLength(2)
    expect(keys).toContain(person.publicKey.split(' ')[1])
    const file = join(root, '.sandbox/e2e/old-key')
    writeFileSync(file, old ?? '', { mode: 0o600 })
    const refused = await sh(
      `ssh -F none -o IdentityAgent=none -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i ${file} -p 2222 admin@${outputs.ip} id`,
    )
    expect(refused.output).toContain('Permission denied')
  })
})

inPlaceTests(URL, stackFile, onHost)

lockedOutTests(stackFile, onHost)

replacementTests(URL, stackFile)

test('a changed image previews as a replacement of the droplet, and says so', async () => {
  const { output } = await pulumi(`preview --config padlock:image=12345 --config-file ${stackFile}`)
  expect(output).toMatch(/digitalocean:index:Droplet\s+padlock-dev\s+replace\s+\[diff: ~image/)
})

test('make down leaves nothing', async () => {
  await browser?.close()
  const { code, output } = await sh('make down', { minutes: 10 })
  console.log(output)
  expect(code).toBe(0)
  const processes = await sh(`pgrep -af '${sandbox}' | grep -v pgrep`)
  expect(processes.output).toBe('')
  expect(
    existsSync(join(sandbox, 'machines')) ? readdirSync(join(sandbox, 'machines')) : [],
  ).toEqual([])
  const listening = await sh("ss -Hltn | awk '{print $4}' | grep -E ':(847[0-7]|2222|8080|8443)$'")
  expect(listening.output).toBe('')
})
