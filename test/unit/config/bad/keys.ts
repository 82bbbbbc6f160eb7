import type { BadConfiguration } from './bad-configuration.ts'

/** Keys and secrets in general. */
export const keys: BadConfiguration[] = [
  {
    title: 'misspelt key',
    raw: { allowedEmail: ['ada@example.com'] },
    messages: [
      'allowedEmail is not a key of this project (did you mean allowedEmails?). Allowed: the keys in Pulumi.yaml.\n    Fix: pulumi config rm allowedEmail',
    ],
  },
  {
    title: 'unknown key',
    raw: { colour: 'blue' },
    messages: [
      'colour is not a key of this project. Allowed: the keys in Pulumi.yaml.\n    Fix: pulumi config rm colour',
    ],
  },
  {
    title: 'a bad value that was set with --secret',
    raw: { acmeEmail: 'hunter2' },
    context: { secretKeys: ['acmeEmail'] },
    messages: [
      'acmeEmail = "(hidden)" is not an e-mail address. Allowed: an e-mail address without { } ` #.\n    Fix: pulumi config set acmeEmail you@example.com',
    ],
  },
]
