import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { ITEM } from './item.ts'
import type { Item } from './receipt.ts'

/**
 * What a destroy tells of something that stays in an account, and how it is opened: printed as this command
 * ends, before what it names is let go of. Where it does not stay it is silent: whoever gives something up
 * has had an update with the consent.
 * @param name of what stays; the command's is `NAME-kept`
 * @param keep whether it stays
 */
export function tellKept(
  name: string,
  keep: boolean,
  item: pulumi.Input<Item>,
  parent: pulumi.Resource,
): void {
  const told = keep ? pulumi.jsonStringify(item) : ''
  new command.local.Command(
    `${name}-kept`,
    {
      delete: 'node components/kept/main.ts',
      environment: { [ITEM]: told },
      addPreviousOutputInEnv: false,
      logging: 'stdout',
    },
    { parent },
  )
}
