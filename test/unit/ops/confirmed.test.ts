/** Verbs that ask at a terminal: another word than the one that is asked for changes nothing. */
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run as move } from '../../../ops/cli/database/move.ts'
import { run as upgrade } from '../../../ops/cli/database/upgrade.ts'
import { ask } from '../../../ops/cli/login.ts'
import { run as restore } from '../../../ops/cli/restore.ts'
import { capture } from '../../../ops/engine/pulumi.ts'

jest.mock('../../../ops/cli/login.ts', () => ({
  ...jest.requireActual('../../../ops/cli/login.ts'),
  ask: jest.fn(),
  outputsOf: async () => ({ backups: 'fra1.example.test/shop' }),
}))
jest.mock('../../../ops/engine/pulumi.ts', () => ({ capture: jest.fn() }))
const engine = capture as jest.MockedFunction<typeof capture>
const host = ask as jest.MockedFunction<typeof ask>

const STATES: Record<string, object[]> = {
  managed: [
    { type: 'digitalocean:index/databaseCluster:DatabaseCluster', urn: 'urn:1', outputs: {} },
    backups({ database: false, managed: true }),
  ],
  local: [backups({ database: true })],
  files: [backups({ database: false })],
}
const place = (key: string) => ({
  ...{ endpoint: 'fra1.example.test', region: 'us-east-1', bucket: 'shop', prefix: 'padlock-dev' },
  ...{ key, secret: 'secret-0123456789', passphrase: 'correct-horse' },
})
const OUTPUTS = { backupAccess: place('WRITES'), backupReader: place('READS') }
const RESTORED = { seconds: 14, downSeconds: 1, problems: [], appReady: true }

function backups(ordered: object) {
  return { type: 'padlock:index:Backups', urn: 'urn:2', outputs: { files: true, ...ordered } }
}

/** What is typed at a terminal (nothing: its end), and what the verb prints. */
async function typed(line: string | undefined, verb: () => Promise<number>) {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()]
  const before = ['stdin', 'stderr'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  )
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    value: Object.assign(stdin, { isTTY: true }),
  })
  Object.defineProperty(process, 'stderr', { configurable: true, value: stderr })
  const said: string[] = []
  const spies = (['error', 'log'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation((...words) => void said.push(words.join(' '))),
  )
  const asked = text(stderr)
  if (line === undefined) stdin.end()
  else stdin.write(`${line}\n`)
  try {
    const code = await verb()
    stderr.end()
    return { code, said: said.join('\n'), asked: await asked }
  } finally {
    for (const [name, descriptor] of before)
      if (descriptor) Object.defineProperty(process, name, descriptor)
    for (const spy of spies) spy.mockRestore()
  }
}

beforeEach(() => {
  engine.mockReset().mockImplementation(async (words) => {
    const stack = words.at(-1) ?? ''
    const isOutputs = words.includes('output')
    const found = isOutputs ? OUTPUTS : { deployment: { resources: STATES[stack] ?? [] } }
    return { code: 0, stdout: JSON.stringify(found), stderr: '' }
  })
  host.mockReset().mockResolvedValue({ code: 0, stdout: JSON.stringify(RESTORED), stderr: '' })
})

test('a restore by another name changes nothing, and no host is asked', async () => {
  const done = await typed('production', () => restore(['--stack', 'files', '--to', 'copy']))
  expect(done).toEqual({
    code: 1,
    said: 'the newest state from the backups of files replaces what copy has. Whatever copy has now is lost.\nnothing was changed',
    asked: 'Type the name of the stack to go on (copy): ',
  })
  expect(host).not.toHaveBeenCalled()
})

test('where nothing is typed, nothing changes', async () => {
  const done = await typed(undefined, () => restore(['--stack', 'files', '--to', 'copy']))
  expect(done).toMatchObject({ code: 1, said: expect.stringMatching(/\nnothing was changed$/) })
  expect(host).not.toHaveBeenCalled()
})

test('a restore by the right name goes on', async () => {
  const done = await typed(' copy ', () => restore(['--stack', 'files', '--to', 'copy']))
  expect(done).toMatchObject({ code: 0, said: expect.stringContaining('copy is restored, after') })
  expect(host.mock.calls.map(([stack, , words]) => [stack, words])).toEqual([
    ['copy', ['backup', 'restore']],
  ])
})

test.each([
  ['managed', true],
  ['local', undefined],
  ['files', undefined],
])('another host is told whether the rows of %s are a dump', async (from, dump) => {
  expect((await typed('copy', () => restore(['--stack', from, '--to', 'copy']))).code).toBe(0)
  const order = JSON.parse(host.mock.calls[0]?.[3] ?? '')
  expect([order.dump, order.source.key]).toEqual([dump, 'READS'])
})

test.each([
  ['database move', () => move(['--to', 'managed', '--stack', 'local']), 'The rows of local go to'],
  ['database upgrade', () => upgrade(['--to', '18', '--stack', 'managed']), ''],
])('%s goes on for the word yes alone', async (_, verb, question) => {
  const { code, said, asked } = await typed('y', verb)
  expect([code, said]).toEqual([1, 'nothing was changed'])
  expect(asked).toContain(question)
  expect(asked).toMatch(/ Type yes: $/)
  expect(host).not.toHaveBeenCalled()
})
