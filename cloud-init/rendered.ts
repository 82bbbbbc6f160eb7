import { type HostFacts, KEY_URL } from './facts.ts'
import type { HostFile } from './files.ts'

/** The few files that say what differs from host to host; all others are the same everywhere. */
export function renderedFiles(facts: HostFacts): HostFile[] {
  const repository = facts.caddyRepository
  const fetched = KEY_URL.test(repository.key)
  return [
    // Values are checked words, so the shell needs no quotes around them.
    file('/etc/padlock/host.env', [
      `CADDY_FINGERPRINT=${repository.fingerprint.toUpperCase()}`,
      ...(fetched ? [`CADDY_KEY_URL=${repository.key}`] : []),
      `CADDY_URI=${repository.url}`,
      `SSH_PORT=${facts.sshPort}`,
      `SWAP_MIB=${facts.swapMiB}`,
    ]),
    file('/etc/ssh/sshd_config.d/10-padlock-port.conf', [`Port ${facts.sshPort}`]),
    ...(fetched ? [] : [file('/etc/padlock/caddy.asc', [repository.key.trimEnd()])]),
    // Moved to where apt reads it once the key has been verified.
    { path: '/etc/padlock/caddy.sources', content: sourcesFile(repository), permissions: '0644' },
  ]
}

/** The repository as apt reads it (sources.list(5), deb822 style). */
export function sourcesFile(
  repository: Pick<HostFacts['caddyRepository'], 'url' | 'suite' | 'component'>,
): string {
  return [
    'Types: deb',
    `URIs: ${repository.url}`,
    `Suites: ${repository.suite}`,
    `Components: ${repository.component}`,
    'Signed-By: /etc/apt/keyrings/caddy.asc',
    '',
  ].join('\n')
}

function file(path: string, lines: string[]): HostFile {
  return { path, content: `${lines.join('\n')}\n`, permissions: '0644' }
}
