import * as pulumi from '@pulumi/pulumi'
import type { HostSettings } from '../../config/settings.ts'

/**
 * A shell command that logs in as `admin`, as printed: the private key goes from the stack's state
 * into an agent of its own and never into a file, or stays in the agent that is there; the host's key is pinned by KnownHostsCommand
 * (ssh_config(5), OpenSSH 8.5 and later).
 */
export function loginCommand(
  address: pulumi.Input<string>,
  { sshKey, sshPort: port }: Pick<HostSettings, 'sshKey' | 'sshPort'>,
  hostKey: pulumi.Input<string>,
): pulumi.Output<string> {
  const stack = pulumi.getStack()
  return pulumi.all([address, hostKey]).apply(([ip, key]) => {
    // known_hosts puts a port other than 22 in brackets (sshd(8)).
    const known = port === 22 ? ip : `[${ip}]:${port}`
    const options = [
      '-o StrictHostKeyChecking=yes',
      '-o UserKnownHostsFile=/dev/null',
      '-o GlobalKnownHostsFile=/dev/null',
      `-o KnownHostsCommand="/bin/echo ${known} ${key}"`,
    ].join(' ')
    const login = `ssh -p ${port} ${options} admin@${ip}`
    if (sshKey === 'agent') return login
    const addKey = `pulumi stack output adminPrivateKey --show-secrets --stack ${stack} | ssh-add -q -`
    return `ssh-agent sh -c '${addKey} && exec ${login}'`
  })
}
