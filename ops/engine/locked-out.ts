import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { StateResource } from './state.ts'

const DROPLET = 'digitalocean:index/droplet:Droplet'
const COMMAND = 'command:remote:Command'
/** A host that boots, or that a firewall hides, says nothing for so long. */
const PATIENCE_SECONDS = 5

/**
 * The droplets of a state, by URN, that no key in it leads into any more. A `destroy` that fails
 * at the droplet has taken the host's own key out of the state before, and the bootstrap key that
 * would be used again is gone from the host: the next `up` would knock in vain until its time is
 * over. Only `--replace` leads out.
 *
 * A droplet whose own key was never asked for still shows its bootstrap key (ECDSA) and goes on.
 */
export async function lockedOut(resources: StateResource[], sshPort: number): Promise<string[]> {
  const hasKey = resources.some(({ type, urn }) => type === COMMAND && urn.endsWith('-host-key'))
  if (hasKey) return []
  const droplets = resources.filter(({ type, id }) => type === DROPLET && id)
  const shown = await Promise.all(
    droplets.map(({ outputs }) => hostKeys(String(outputs?.ipv4Address ?? ''), sshPort)),
  )
  return droplets
    .filter((_, at) => shown[at]?.includes('ssh-ed25519') && !/ecdsa/.test(shown[at]))
    .map(({ urn }) => urn)
}

/** What ssh-keyscan(1) finds; empty where nobody answers. */
async function hostKeys(host: string, port: number): Promise<string> {
  if (!host) return ''
  const args = ['-T', `${PATIENCE_SECONDS}`, '-t', 'ed25519,ecdsa', '-p', `${port}`, host]
  const { stdout } = await promisify(execFile)('ssh-keyscan', args).catch(() => ({ stdout: '' }))
  return stdout
}
