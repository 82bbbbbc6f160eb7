import * as pulumi from '@pulumi/pulumi'
import { expiryTag, parseExpiry } from '../../config/expiry.ts'
import { type Rule, validateConfiguration } from '../rule.ts'
import { ownName, setting } from '../stack.ts'
import { isTagged } from '../tagged.ts'

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
    // A sweep removes nothing of a stack in which one of these lacks it.
    ({ type, props }, report) => {
      if (!isTagged(type)) return
      const expires = parseExpiry(setting<string>('expires') ?? '')
      if (!isEphemeral() || !expires) return
      const tag = expiryTag(ownName(), expires)
      if (!props.tags?.includes(tag)) report(`It lacks the tag ${tag}.`)
    },
  ],
}

function isEphemeral(): boolean {
  return pulumi.getStack().startsWith('pr-') || setting<boolean>('ephemeral') === true
}
