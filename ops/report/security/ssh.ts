import { createHash } from 'node:crypto'
import { componentOf, type Resource } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'ssh'

/** Who may log in to the host; from where is the firewall's topic. */
export function ssh({ resources }: Change): Finding[] {
  return [...people(resources), ...keyPairs(resources), ...firstBoot(resources)]
}

/** The host's component shows the keys of people; in states of version 0.1 the command that writes them. */
function people(resources: Resource[]): Finding[] {
  const host = componentOf(resources, 'Host')
  const list = resources.find(
    ({ kind, name }) => /^(remote|local):Command$/.test(kind) && name.endsWith('-admin-keys'),
  )
  // A whole list comes or goes with a host.
  if (!list?.old || !list.new || list.operation === 'same') return []
  const keys = (side: 'old' | 'new') => [
    ...texts(host?.[side]?.adminSshKeys),
    ...lines(list[side]?.stdin),
  ]
  const { come, gone } = between(keys('old'), keys('new'))
  return [
    ...come.map((line) => opens(TOPIC, `the host to ${owner(line)}`)),
    ...gone.map((line) => closes(TOPIC, `the host to ${owner(line)}`)),
  ]
}

/** The stack's own key is rotated by a pair with the next number. */
function keyPairs(resources: Resource[]): Finding[] {
  const lives = resources.some(({ kind, old }) => kind === 'Droplet' && old)
  return resources
    .filter(({ kind }) => kind === 'PrivateKey')
    .flatMap(({ name, operation }) => {
      if (operation === 'replace') return [alters(TOPIC, `the key pair ${name} is made anew`)]
      return operation === 'create' && lives && /-admin-\d+$/.test(name)
        ? [alters(TOPIC, `the stack’s own key: ${name} opens the host from now on`)]
        : []
    })
}

function firstBoot(resources: Resource[]): Finding[] {
  return resources
    .filter((one) => one.kind === 'Droplet' && one.old)
    .filter((one) => one.triggered || one.reasons.includes('userData'))
    .map(() =>
      alters(
        TOPIC,
        'the first boot (user data): a preview does not show it, so read what changes under cloud-init/ or in sshPort',
      ),
    )
}

const lines = (value: unknown): string[] =>
  typeof value === 'string' ? value.split('\n').filter((line) => / AAAA/.test(line)) : []

/** The comment of an authorized_keys line, and the key's SHA-256 as ssh-keygen -l prints it. */
function owner(line: string): string {
  const [, blob = '', comment = 'a key without a name'] = /(AAAA\S+)\s*(.*)$/.exec(line) ?? []
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return `${short(comment || 'a key without a name', 60)} (SHA256:${digest.replace(/=+$/, '')})`
}
