/** What keeps data on a machine: a stack's volume and the database on it. */
import { sh, stackOutputs } from '../e2e/shell.ts'
import { localDatabaseTests } from './local-database.ts'

const URL = 'https://dev.padlock.localhost:8443'

jest.setTimeout(30 * 60_000)

beforeAll(async () => {
  const { code, output } = await sh('./padlock sandbox start', { minutes: 25 })
  if (code !== 0) throw new Error(output)
})
afterAll(() => sh('./padlock sandbox down', { minutes: 5 }))

const onHost = async (command: string) => {
  const { sshCommand } = await stackOutputs()
  return sh(`. .sandbox/env && ${sshCommand}`, { input: `${command}\n`, minutes: 15 })
}

localDatabaseTests(URL, onHost)
