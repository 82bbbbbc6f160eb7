import * as command from '@pulumi/command'
import { validateResourceOfType } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import { known, type Rule, validateConfiguration } from '../rule.ts'
import { setting } from '../stack.ts'

const ADVICE = 'Stacks that may are listed in tls-required.allow of policy/settings.json.'

/** `allow`: names of the stacks that may serve plain http. */
function isAllowed(settings: { allow?: string[] }): boolean {
  return settings.allow?.includes(pulumi.getStack()) ?? false
}

export const tlsRequired: Rule = {
  name: 'tls-required',
  description: 'The site is served over https.',
  configSchema: {
    properties: { allow: { type: 'array', items: { type: 'string' }, default: [] } },
  },
  validateResource: [
    validateConfiguration((report, args) => {
      if (setting('tls') === 'off' && !isAllowed(args.getConfig())) report(`tls is off. ${ADVICE}`)
    }),
    // What the stack gives out as its URL is what its probe has asked.
    validateResourceOfType(command.local.Command, (probe, args, report) => {
      const [url] = /\bhttp:\S+/.exec(known(() => probe.create) ?? '') ?? []
      if (url && !isAllowed(args.getConfig())) report(`The site is probed at ${url}. ${ADVICE}`)
    }),
  ],
}
