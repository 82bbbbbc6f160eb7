import { loginCommand } from '../../../components/ssh/login-command.ts'
import { mockProviders, value } from './mocks.ts'

beforeEach(() => {
  mockProviders()
})

test('pins the host key and never writes the private key to a file', async () => {
  expect(
    await value(loginCommand('203.0.113.9', { sshKey: 'state', sshPort: 22 }, 'ssh-ed25519 AAAA')),
  ).toBe(
    `ssh-agent sh -c 'pulumi stack output adminPrivateKey --show-secrets --stack dev | ssh-add -q - && exec ssh -p 22 -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null -o KnownHostsCommand="/bin/echo 203.0.113.9 ssh-ed25519 AAAA" admin@203.0.113.9'`,
  )
})

test('known_hosts has another form for another port', async () => {
  expect(
    await value(
      loginCommand('203.0.113.9', { sshKey: 'state', sshPort: 2222 }, 'ssh-ed25519 AAAA'),
    ),
  ).toContain('"/bin/echo [203.0.113.9]:2222 ssh-ed25519 AAAA" admin@203.0.113.9')
})

test('asks the agent that is there where the stack has no key', async () => {
  expect(
    await value(loginCommand('203.0.113.9', { sshKey: 'agent', sshPort: 22 }, 'ssh-ed25519 AAAA')),
  ).toBe(
    'ssh -p 22 -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null -o KnownHostsCommand="/bin/echo 203.0.113.9 ssh-ed25519 AAAA" admin@203.0.113.9',
  )
})
