import { run } from '../../../ops/cli/status.ts'

const GIB = 1024 ** 3
const host: Record<string, unknown> = {}
jest.mock('../../../ops/cli/login.ts', () => ({
  outputsOf: async () => host.outputs,
  ask: async (_stack: string, _outputs: unknown, [program]: string[]) => ({
    ...{ code: 0, stderr: '' },
    stdout: JSON.stringify(host[program as string]),
  }),
}))
jest.mock('../../../ops/cli/proofs.ts', () => ({
  proofsOf: async () => ({}),
  proofs: () => ({ text: '', wrong: [] }),
}))
jest.mock('../../../ops/cli/state-export.ts', () => ({
  lastUpdate: async () => undefined,
  stateExport: () => ({ text: '', wrong: [] }),
}))

const volume = (part: number) => ({
  ...{ device: '/dev/disk/by-id/scsi-0DO_Volume_padlock-dev', attached: true, mounted: true },
  ...{ size: 10 * GIB, used: 10 * GIB * part },
})
const room = { what: 'room on the volume', state: 'full', last: null, failed: null, problem: 'x' }

/** What is printed for monitoring, and the exit code. */
async function quietly(): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  const log = jest.spyOn(console, 'log').mockImplementation((line) => lines.push(line))
  const code = await run(['--stack', 'dev', '--quiet'])
  log.mockRestore()
  return { code, lines }
}

test('a full volume without backups is told', async () => {
  Object.assign(host, { outputs: {}, volume: volume(0.99) })
  const line = expect.stringMatching(/^volume: 9\.9 of 10\.0 GiB \(99 %\) in use; /)
  expect(await quietly()).toEqual({ code: 3, lines: [line] })
})

test('one that has room is none to tell of', async () => {
  Object.assign(host, { outputs: {}, volume: volume(0.5) })
  expect(await quietly()).toEqual({ code: 0, lines: [] })
})

test('a full one is told once by a host that has backups, and by itself where those do not', async () => {
  Object.assign(host, { outputs: { backups: 'x' }, volume: volume(0.99) })
  Object.assign(host, { backup: { backups: [room] } })
  const told = 'backup: room on the volume nearly full; x'
  expect(await quietly()).toEqual({ code: 3, lines: [told] })
  Object.assign(host, { backup: { backups: [] } })
  const { lines } = await quietly()
  expect(lines).toEqual([expect.stringMatching(/^volume: 9\.9 of/)])
})
