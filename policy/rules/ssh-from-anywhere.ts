import { type Rule, validateConfiguration } from '../rule.ts'
import { setting } from '../stack.ts'

/** Keys alone open the host, so this is for a person to weigh: it tells and goes on. */
export const sshFromAnywhere: Rule = {
  name: 'ssh-from-anywhere',
  description: 'Ssh answers to networks that somebody has named.',
  enforcementLevel: 'advisory',
  validateResource: validateConfiguration((report) => {
    const open = (setting<string[]>('sshFrom') ?? []).filter((network) => network.endsWith('/0'))
    if (open.length === 0 || setting<string>('expires')) return
    report(
      `sshFrom lets the whole internet ask for ssh (${open.join(', ')}). Name the networks that deploy; for a runner without a fixed address there is ./padlock access open.`,
    )
  }),
}
