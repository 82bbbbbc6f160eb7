import { Client } from '@pulumi/auth0/client.js'
import { validateResourceOfType } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import type { Rule } from '../rule.ts'
import { ownName } from '../stack.ts'

/** What DigitalOcean can tag and a stack can forget; its firewalls' `tags` mean something else. */
const TAGGED =
  /^digitalocean:index\/(droplet|volume|volumeSnapshot|databaseCluster|databaseReplica|kubernetesCluster):/

export const requiredTags: Rule = {
  name: 'required-tags',
  description: 'Everything tells which stack it belongs to, so that a sweep finds what was left.',
  validateResource: [
    (args, report) => {
      if (!TAGGED.test(args.type)) return
      const tags: string[] = args.props.tags ?? []
      if (!tags.includes(ownName()))
        report(`It lacks the tag ${ownName()}${tags.length ? ` (it has ${tags.join(', ')})` : ''}.`)
    },
    validateResourceOfType(Client, (client, _args, report) => {
      const wanted = { project: pulumi.getProject(), stack: pulumi.getStack() }
      for (const [key, value] of Object.entries(wanted)) {
        const found = client.clientMetadata?.[key]
        if (found !== value)
          report(`clientMetadata.${key} is ${found ?? 'not set'}. Set it to ${value}.`)
      }
    }),
  ],
}
