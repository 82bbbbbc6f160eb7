import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportState } from '../../../../ops/backups/state.ts'
import { ask } from '../../../../ops/cli/login.ts'
import { capture } from '../../../../ops/engine/pulumi.ts'

jest.mock('../../../../ops/cli/login.ts', () => ({ ask: jest.fn() }))
jest.mock('../../../../ops/engine/pulumi.ts', () => ({ capture: jest.fn() }))
const engine = capture as jest.MockedFunction<typeof capture>
const host = ask as jest.MockedFunction<typeof ask>

const STATE = '{"version":3,"deployment":{"resources":[]}}\n'
const outputs = { backups: 'fra1.digitaloceanspaces.com/shop' }
const before = process.cwd()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'))
  process.chdir(folder)
  engine.mockReset().mockResolvedValue({ code: 0, stdout: STATE, stderr: '' })
  host.mockReset().mockResolvedValue({ code: 0, stdout: '', stderr: '' })
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

test('the host gets the state as it is printed and the settings file, over standard input', async () => {
  writeFileSync('Pulumi.production.yaml', 'encryptionsalt: v1:abc=\n')
  expect(await exportState('production', outputs)).toEqual({ settings: true })
  // Never with --show-secrets.
  expect(engine.mock.calls).toEqual([[['stack', 'export', '--stack', 'production']]])
  const [[stack, , words, input = ''] = []] = host.mock.calls
  expect([stack, words]).toEqual(['production', ['backup', 'state']])
  const sent = { stack: 'production', export: STATE, settings: 'encryptionsalt: v1:abc=\n' }
  expect(JSON.parse(input)).toEqual(sent)
})

test('a missing settings file is told', async () => {
  expect(await exportState('production', outputs)).toEqual({ settings: false })
  expect(JSON.parse(host.mock.calls[0]?.[3] ?? '').settings).toBeNull()
})

test('nothing is sent of a state that cannot be read', async () => {
  engine.mockResolvedValue({ code: 255, stdout: '', stderr: 'error: passphrase must be set\n' })
  const failed = exportState('production', outputs)
  await expect(failed).rejects.toThrow('cannot be read:\nerror: passphrase must be set')
  expect(host).not.toHaveBeenCalled()
})

test('a place that has not got it is an error, in the host’s words', async () => {
  const stderr = "the stack's state is not in the bucket: restic backup failed\n"
  host.mockResolvedValue({ code: 1, stdout: '', stderr })
  const failed = exportState('production', outputs)
  await expect(failed).rejects.toThrow(/not everywhere it should be:\n.*not in the bucket/)
})
