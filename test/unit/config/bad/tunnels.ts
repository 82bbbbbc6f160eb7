import type { BadConfiguration } from './bad-configuration.ts'

/** Tunnels. */
export const tunnels: BadConfiguration[] = [
  {
    title: 'names that no tunnel can have, one twice, and a public one that there is not',
    raw: { tunnels: ['Demo', 'a.b', '-a', 'x'.repeat(31), 'ok', 'ok'], publicTunnels: ['hook'] },
    messages: [
      ...['Demo', 'a.b', '-a', 'x'.repeat(31)].map(
        (name, at) =>
          `tunnels[${at}] = "${name}" is not a name that a tunnel can have. Allowed: names of at most 30 lower-case letters, digits and - between them.\n    Fix: pulumi config set --path 'tunnels[${at}]' 'demo'`,
      ),
      'tunnels[5] = "ok" is in the list twice. Allowed: each entry once.\n    Fix: pulumi config rm --path \'tunnels[5]\'',
      'publicTunnels names "hook", which is not in tunnels. Allowed: names that are in tunnels.\n    Fix: pulumi config rm publicTunnels',
    ],
  },
  {
    title: 'more tunnels than certificates are had for',
    raw: { tunnels: Array.from({ length: 11 }, (_, at) => `t${at}`) },
    messages: [
      "tunnels lists more than 10 names, and each has a certificate of its own. Allowed: at most 10 names.\n    Fix: pulumi config rm --path 'tunnels[0]'",
    ],
  },
  {
    title: 'tunnels in plain text',
    raw: {
      ...{ login: 'none', public: true, allowedEmails: [] },
      ...{ tls: 'off', siteFrom: ['192.0.2.0/24'], tunnels: ['demo'] },
    },
    messages: [
      'tunnels is set where tls is off, and a tunnel’s password would go in plain text. Allowed: tunnels only with TLS.\n    Fix: pulumi config set tls private, or pulumi config rm tunnels',
    ],
  },
  {
    title: 'tunnels where others serve the zone',
    raw: { dns: 'external', tunnels: ['demo'] },
    messages: [
      'tunnels is set where the stack makes no records, and each tunnel needs one. Allowed: tunnels only where dns is digitalocean.\n    Fix: pulumi config rm tunnels',
    ],
  },
]
