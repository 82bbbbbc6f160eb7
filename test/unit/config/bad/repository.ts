import type { BadConfiguration } from './bad-configuration.ts'

/** Where Caddy comes from. */
export const repository: BadConfiguration[] = [
  {
    title: 'caddyRepository as text',
    raw: { caddyRepository: 'https://apt.example.com' },
    messages: [
      'caddyRepository = "https://apt.example.com" is not an object. Allowed: an object with url, suite, component, key, fingerprint.\n    Fix: pulumi config rm caddyRepository',
    ],
  },
  {
    title: 'caddyRepository unknown key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'caddy.asc', suit: 'x' } },
    messages: [
      'caddyRepository.suit = "x" is not a key that is known here. Allowed: url, suite, component, key, fingerprint.\n    Fix: pulumi config rm --path caddyRepository.suit',
    ],
  },
  {
    title: 'caddyRepository without key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb' } },
    messages: [
      'caddyRepository.key is not set. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository key file missing',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'gone.asc' } },
    messages: [
      'caddyRepository.key = "gone.asc" is a file that cannot be read. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository key is no key',
    raw: { caddyRepository: { url: 'https://apt.example.com/deb', key: 'notes.txt' } },
    messages: [
      'caddyRepository.key = "notes.txt" holds no armoured OpenPGP public key. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
  {
    title: 'caddyRepository fetched key without fingerprint',
    raw: {
      caddyRepository: { url: 'https://apt.example.com/deb', key: 'https://apt.example.com/key' },
    },
    messages: [
      'caddyRepository.fingerprint is not set, though the key is fetched. Allowed: 40 hex digits, as gpg --show-keys prints them.\n    Fix: pulumi config set --path caddyRepository.fingerprint 65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
    ],
  },
  {
    title: 'caddyRepository fingerprint too short',
    raw: {
      caddyRepository: {
        url: 'https://apt.example.com/deb',
        key: 'https://apt.example.com/key',
        fingerprint: 'CA56EA34',
      },
    },
    messages: [
      'caddyRepository.fingerprint = "CA56EA34" is not a fingerprint. Allowed: 40 hex digits, as gpg --show-keys prints them.\n    Fix: pulumi config set --path caddyRepository.fingerprint 65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
    ],
  },
  {
    title: 'caddyRepository fingerprint of another key',
    raw: {
      caddyRepository: {
        url: 'https://apt.example.com/deb',
        key: 'caddy.asc',
        fingerprint: '65760C51EDEA2017CEA2CA15155B6D79CA56EA34',
      },
    },
    messages: [
      'caddyRepository.fingerprint = "65760C51EDEA2017CEA2CA15155B6D79CA56EA34" is not that of the key, which is 62C5467DC63A1C37B86E70F7D9C19B257F8668DA. Allowed: the fingerprint of the key.\n    Fix: pulumi config set --path caddyRepository.fingerprint 62C5467DC63A1C37B86E70F7D9C19B257F8668DA',
    ],
  },
  {
    title: 'caddyRepository ftp',
    raw: { caddyRepository: { url: 'ftp://apt.example.com', key: 'caddy.asc' } },
    messages: [
      'caddyRepository.url = "ftp://apt.example.com" is neither http nor https. Allowed: an http or https URL.\n    Fix: pulumi config set --path caddyRepository.url https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
    ],
  },
  {
    title: 'several things wrong with caddyRepository',
    raw: { caddyRepository: { url: 7, suite: '*', key: 'gone.asc' } },
    messages: [
      'caddyRepository.url = 7 is not a text. Allowed: an http or https URL.\n    Fix: pulumi config set --path caddyRepository.url https://dl.cloudsmith.io/public/caddy/stable/deb/debian',
      'caddyRepository.suite = "*" is not the name of a suite. Allowed: letters, digits, . _ - /.\n    Fix: pulumi config set --path caddyRepository.suite any-version',
      'caddyRepository.key = "gone.asc" is a file that cannot be read. Allowed: an https URL, the armoured key, or the path of a file that holds it.\n    Fix: pulumi config set --path caddyRepository.key https://dl.cloudsmith.io/public/caddy/stable/gpg.key',
    ],
  },
]
