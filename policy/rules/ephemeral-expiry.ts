import { Droplet } from '@pulumi/digitalocean/droplet.js'
import { validateResourceOfType } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import { expiryTag, parseExpiry } from '../../config/expiry.ts'
import { type Rule, validateConfiguration } from '../rule.ts'
import { ownName, setting } from '../stack.ts'

const MAX_DAYS = 14
const DAY_MS = 86_400_000

export const ephemeralExpiry: Rule = {
  name: 'ephemeral-expiry',
  description: 'A stack that is thrown away says when, so that a sweep can do it.',
  configSchema: {
    properties: { maxDays: { type: 'number', minimum: 0, default: MAX_DAYS } },
  },
  validateResource: [
    validateConfiguration((report, args) => {
      if (!isEphemeral()) return
      const text = setting<string>('expires') ?? ''
      const expires = parseExpiry(text)
      const { maxDays = MAX_DAYS } = args.getConfig<{ maxDays?: number }>()
      const days = expires ? (expires.getTime() - Date.now()) / DAY_MS : 0
      if (!expires)
        report(
          `expires is ${text ? `${text}, which is not a time in UTC to the minute` : 'not set'}. Fix: pulumi config set expires 2026-11-23T09:00Z`,
        )
      else if (days <= 0)
        report(`expires is ${text}, which is past. Move it, or destroy the stack.`)
      else if (days > maxDays)
        report(`expires is ${text}, more than ${maxDays} days away. Set it nearer.`)
    }),
    validateResourceOfType(Droplet, (droplet, _args, report) => {
      const expires = parseExpiry(setting<string>('expires') ?? '')
      if (!isEphemeral() || !expires) return
      const tag = expiryTag(ownName(), expires)
      if (!droplet.tags?.includes(tag)) report(`It lacks the tag ${tag}.`)
    }),
  ],
}

function isEphemeral(): boolean {
  return pulumi.getStack().startsWith('pr-') || setting<boolean>('ephemeral') === true
}
