import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import { ownerOfTag, ownerTag } from '../../config/checkout/owner.ts'
import type { Rule } from '../rule.ts'
import { ownName, setting } from '../stack.ts'
import { isTagged } from '../tagged.ts'

export const requiredTags: Rule = {
  name: 'required-tags',
  description:
    'Everything tells whose it is and of which stack, so that its owner finds what was left.',
  validateResource: [
    (args, report) => {
      if (!isTagged(args.type)) return
      const tags: string[] = args.props.tags ?? []
      if (!tags.includes(ownName()))
        report(`It lacks the tag ${ownName()}${tags.length ? ` (it has ${tags.join(', ')})` : ''}.`)
      const owners = tags.filter((tag) => tag.startsWith(`${ownName()}:`)).map(ownerOfTag)
      if (!owners.some(isOwner)) report(`It lacks the tag ${ownerTag(ownName(), shownOwner())}.`)
    },
    validateResourceOfType(Client, (client, _args, report) => {
      const wanted = { project: pulumi.getProject(), stack: pulumi.getStack() }
      for (const [key, value] of Object.entries(wanted)) {
        const found = client.clientMetadata?.[key]
        if (found !== value)
          report(`clientMetadata.${key} is ${found ?? 'not set'}. Set it to ${value}.`)
      }
      const owner: string | undefined = client.clientMetadata?.owner
      if (!isOwner(owner))
        report(`clientMetadata.owner is ${owner ?? 'not set'}. Set it to ${shownOwner()}.`)
    }),
  ],
}

/** Where the configuration names no owner it is the checkout's, which the pack does not know. */
const isOwner = (id: string | undefined): boolean => {
  const configured = setting<string>('owner')
  return configured ? id === configured : id !== undefined && id !== ''
}

const shownOwner = (): string => setting<string>('owner') || 'OWNER'
