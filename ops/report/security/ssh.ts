import { createHash } from 'node:crypto'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between } from './lists.ts'

const TOPIC = 'ssh'

/** Who may log in to the host; from where is the firewall's topic. */
export function ssh({ resources }: Change): Finding[] {
  const list = resources.find(
    (one) => one.kind === 'remote:Command' && one.name.endsWith('-admin-keys'),
  )
  const replaced = resources.filter(
    (one) => one.kind === 'PrivateKey' && one.operation === 'replace',
  )
  const { come, gone } = between(lines(list?.old?.stdin), lines(list?.new?.stdin))
  // The stack's own key is known only later when it is made anew, and a whole list goes with a host.
  const people = list?.old && list.new && list.operation !== 'same'
  return [
    ...(people ? come.map((line) => opens(TOPIC, `the host to ${owner(line)}`)) : []),
    ...(people ? gone.map((line) => closes(TOPIC, `the host to ${owner(line)}`)) : []),
    ...replaced.map((one) => alters(TOPIC, `the key pair ${one.name} is made anew`)),
    ...resources
      .filter((one) => one.kind === 'Droplet' && one.old && one.reasons.includes('userData'))
      .map(() =>
        alters(
          TOPIC,
          'the bootstrap (user data): it is a secret of the state, so read what changes under cloud-init/, in the ports or in caddyRepository',
        ),
      ),
  ]
}

const lines = (value: unknown): string[] =>
  typeof value === 'string' ? value.split('\n').filter((line) => / AAAA/.test(line)) : []

/** The comment of an authorized_keys line, and the key's SHA-256 as ssh-keygen -l prints it. */
function owner(line: string): string {
  const [, blob = '', comment = 'a key without a name'] = /(AAAA\S+)\s*(.*)$/.exec(line) ?? []
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return `${short(comment || 'a key without a name', 60)} (SHA256:${digest.replace(/=+$/, '')})`
}
