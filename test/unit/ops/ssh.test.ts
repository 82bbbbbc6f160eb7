import { run, spoken } from '../../../ops/cli/ssh.ts'

const logIn = jest.fn(async () => 7)
jest.mock('../../../ops/cli/login.ts', () => ({
  chosenStack: async (named?: string) => named ?? 'selected',
  outputsOf: async (stack: string) => ({ sshCommand: `ssh ${stack}` }),
  logIn: (...all: []) => logIn(...all),
}))

test.each<[string, string[], ReturnType<typeof spoken>]>([
  ['nothing', [], { command: [] }],
  [
    'a command in one word',
    ['sudo -u postgres psql app'],
    { command: ['sudo -u postgres psql app'] },
  ],
  ['a command in several', ['sudo', 'rm', '-r', '/a'], { command: ['sudo', 'rm', '-r', '/a'] }],
  ['a stack', ['--stack', 'production'], { stack: 'production', command: [] }],
  [
    'a stack and a command',
    ['--stack', 'dev', 'ls', '-l'],
    { stack: 'dev', command: ['ls', '-l'] },
  ],
  ['both, the stack in one word', ['--stack=dev', 'uptime'], { stack: 'dev', command: ['uptime'] }],
  [
    'a command that names a stack itself',
    ['--stack', 'dev', 'tell', '--stack', 'other'],
    { stack: 'dev', command: ['tell', '--stack', 'other'] },
  ],
  ['a stack without a name', ['--stack'], undefined],
  ['an empty name', ['--stack', '', 'uptime'], undefined],
  ['an empty name in one word', ['--stack=', 'uptime'], undefined],
  ['a stack behind the command', ['uptime', '--stack', 'dev'], undefined],
  ['one in one word behind it', ['uptime', '--stack=dev'], undefined],
  ['another option', ['--stak', 'production', 'uptime'], undefined],
])('what is said by %s', (_, words, said) => {
  expect(spoken(words)).toEqual(said)
})

test('a wrong command line ends with 2, and the usage', async () => {
  const error = jest.spyOn(console, 'error').mockImplementation(() => {})
  expect(await run(['uptime', '--stack', 'dev'])).toBe(2)
  expect(error.mock.calls.flat().join('\n')).toContain('padlock ssh [--stack NAME] [COMMAND ...]')
  error.mockRestore()
})

test.each([
  [['uptime'], 'selected'],
  [['--stack', 'dev', 'uptime'], 'dev'],
])('%j runs on the stack %s', async (words, stack) => {
  expect(await run(words)).toBe(7)
  expect(logIn).toHaveBeenLastCalledWith(stack, { sshCommand: `ssh ${stack}` }, ['uptime'])
})
