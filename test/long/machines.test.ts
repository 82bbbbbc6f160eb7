import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, sh, stackOutputs } from '../e2e/shell.ts'
import { appOutageTests } from './app-outages.ts'
import { environmentTests } from './environments.ts'
import { outageTests } from './outages.ts'
import { servingTests } from './serving-tcp.ts'
import { upgradeTests } from './upgrades.ts'

const URL = 'https://dev.padlock.localhost:8443'
const appCopy = '.sandbox/e2e/app'
/** The stack's own settings, and a copy of the app. */
const stackFile = '.sandbox/e2e/Pulumi.dev.yaml'

jest.setTimeout(30 * 60_000)

beforeAll(async () => {
  rmSync(join(root, '.sandbox/e2e'), { recursive: true, force: true })
  mkdirSync(join(root, '.sandbox/e2e'), { recursive: true, mode: 0o700 })
  cpSync(join(root, 'app'), join(root, appCopy), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  const template = join(root, appCopy, 'greeter', 'templates', 'home.html')
  const text = readFileSync(template, 'utf8')
  writeFileSync(template, text.replace('You are logged in', 'Welcome back: you are logged in'))
  const settings = readFileSync(join(root, 'Pulumi.dev.yaml'), 'utf8')
  writeFileSync(join(root, stackFile), `${settings.trimEnd()}\n  appSource: ${appCopy}\n`)
  const { code, output, seconds } = await sh('make up', { minutes: 25 })
  console.log(`make up: ${Math.round(seconds)} s`)
  if (code !== 0) throw new Error(output)
})

afterAll(async () => {
  await sh('./padlock sandbox down', { minutes: 5 })
  rmSync(join(root, '.sandbox/e2e'), { recursive: true, force: true })
})

const onHost = async (command: string) => {
  const { sshCommand } = await stackOutputs()
  return sh(`. .sandbox/env && ${sshCommand}`, { input: `${command}\n`, minutes: 15 })
}

const answers = async () => {
  const { output } = await sh(
    `curl -sS --cacert .sandbox/ca/root.pem -o /dev/null -w '%{http_code}' ${URL}/healthz`,
  )
  return output === '200'
}

environmentTests(URL)
servingTests(URL, stackFile, onHost)
outageTests(onHost, answers)
appOutageTests(onHost, answers)
upgradeTests(onHost, answers)
