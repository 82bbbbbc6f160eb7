import type { BadConfiguration } from './bad-configuration.ts'

const NAMES =
  'cannot be part of the names of droplets, tags and hosts. Allowed: letters, digits and - between them, project and stack together at most 62 characters.'
const badStack = (stack: string, better: string): BadConfiguration => ({
  title: `the stack’s name ${stack}`,
  raw: {},
  context: { stack },
  messages: [`the stack’s name ${stack} ${NAMES}\n    Fix: pulumi stack rename ${better}`],
})

/** The stack, its owner, its end and what guards it. */
export const stack: BadConfiguration[] = [
  badStack('Prod_EU', 'prod-eu'),
  badStack('v1.2', 'v1-2'),
  badStack('__', 'main'),
  badStack('x-', 'x'),
  badStack('s'.repeat(60), 's'.repeat(55)),
  {
    title: 'a project whose name no firewall can have',
    raw: {},
    context: { project: 'My_shop' },
    messages: [
      `the project’s name My_shop ${NAMES}\n    Fix: name: my-shop in Pulumi.yaml, and the prefix my-shop: in the settings`,
    ],
  },
  {
    title: 'a consent to the loss of what no consent is about',
    raw: { allowReplace: ['volume'], allowDelete: 'droplet' },
    messages: [
      `allowReplace[0] = "volume" is nothing that this key is about. Allowed: droplet.\n    Fix: pulumi config set --path 'allowReplace[0]' 'droplet'`,
      `allowDelete = "droplet" is not a list. Allowed: a list of droplet, volume, database, backups.\n    Fix: pulumi config set --path 'allowDelete[0]' 'droplet'`,
    ],
  },
  {
    title: 'no remote that tells the owner, and no key',
    raw: {},
    context: { owner: undefined },
    messages: [
      'owner is not set, and this checkout has no git remote origin that tells whose its stacks are. Allowed: one word for this repository, of lower-case letters and digits, on every computer.\n    Fix: pulumi config set owner acmeshop',
    ],
  },
  {
    title: 'an owner that no tag can hold',
    raw: { owner: 'Acme/Shop' },
    messages: [
      'owner = "Acme/Shop" is not an owner id. Allowed: 4 to 20 lower-case letters and digits.\n    Fix: pulumi config set owner acmeshop',
    ],
  },
  {
    title: 'expires without a time zone',
    raw: { expires: '2026-11-23T09:00' },
    messages: [
      'expires = "2026-11-23T09:00" is not a time in UTC. Allowed: a time in UTC to the minute, such as 2026-11-23T09:00Z.\n    Fix: pulumi config set expires 2026-11-23T09:00Z',
    ],
  },
  {
    title: 'expires on a day that no month has',
    raw: { expires: '2026-02-30T09:00Z' },
    messages: [
      'expires = "2026-02-30T09:00Z" is not a time in UTC. Allowed: a time in UTC to the minute, such as 2026-11-23T09:00Z.\n    Fix: pulumi config set expires 2026-11-23T09:00Z',
    ],
  },
  {
    title: 'environment unknown',
    raw: { environment: 'prod' },
    messages: [
      'environment = "prod" is not a kind of environment. Allowed: Development, Staging, Production.\n    Fix: pulumi config set environment Development',
    ],
  },
  {
    title: 'protect as a word',
    raw: { protect: 'yes' },
    messages: [
      'protect = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set protect true',
    ],
  },
  {
    title: 'ephemeral as a word',
    raw: { ephemeral: 'yes' },
    messages: [
      'ephemeral = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set ephemeral false',
    ],
  },
  {
    title: 'allowOlder as a word',
    raw: { allowOlder: 'yes' },
    messages: [
      'allowOlder = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set allowOlder false',
    ],
  },
]
