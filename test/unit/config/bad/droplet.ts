import type { BadConfiguration } from './bad-configuration.ts'

/** The droplet, its keys and ports. */
export const droplet: BadConfiguration[] = [
  {
    title: 'outbound without a protocol, backwards, beyond the last port, an unknown protocol',
    raw: { outbound: ['25060', '10-9/tcp', '65536/udp', '587/smtp', '0/tcp'] },
    messages: ['25060', '10-9/tcp', '65536/udp', '587/smtp', '0/tcp'].map(
      (text, at) =>
        `outbound[${at}] = "${text}" is no port with its protocol. Allowed: ports or ranges with their protocol, such as 25060/tcp or 5000-5010/udp, or all.\n    Fix: pulumi config set --path 'outbound[${at}]' '25060/tcp'`,
    ),
  },
  {
    title: 'region name',
    raw: { region: 'Frankfurt' },
    messages: [
      'region = "Frankfurt" is not a region. Allowed: a region slug such as fra1 (doctl compute region list).\n    Fix: pulumi config set region fra1',
    ],
  },
  {
    title: 'size without dash',
    raw: { size: 'small' },
    messages: [
      'size = "small" is not a size. Allowed: a size slug such as s-1vcpu-1gb (doctl compute size list).\n    Fix: pulumi config set size s-1vcpu-1gb',
    ],
  },
  {
    title: 'other image',
    raw: { image: 'ubuntu-24-04-x64' },
    messages: [
      'image = "ubuntu-24-04-x64" is not an image that the host can be made from. Allowed: debian-13-x64, or the number of a snapshot made from it.\n    Fix: pulumi config set image debian-13-x64',
    ],
  },
  {
    title: 'ipv6 as text',
    raw: { ipv6: 'yes' },
    messages: [
      'ipv6 = "yes" is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set ipv6 false',
    ],
  },
  {
    title: 'manageZone as number',
    raw: { manageZone: 1 },
    messages: [
      'manageZone = 1 is neither true nor false. Allowed: true or false.\n    Fix: pulumi config set manageZone false',
    ],
  },
  {
    title: 'private key',
    raw: { adminSshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
    messages: [
      "adminSshKeys[0] = \"(hidden)\" is a private key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'key of an unknown type',
    raw: { adminSshKeys: ['ssh-dss AAAA'] },
    messages: [
      "adminSshKeys[0] = \"ssh-dss AAAA\" is not an ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'damaged key',
    raw: { adminSshKeys: ['ssh-ed25519 AAAA me@example.com'] },
    messages: [
      "adminSshKeys[0] = \"ssh-ed25519 AAAA me@example.com\" is a damaged ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'keys as one text',
    raw: { adminSshKeys: 'ssh-ed25519 AAAA' },
    messages: [
      "adminSshKeys = \"ssh-ed25519 AAAA\" is not a list. Allowed: a list of authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
  {
    title: 'sshKey of another kind',
    raw: { sshKey: 'file' },
    messages: [
      'sshKey = "file" is neither state nor agent. Allowed: state, agent.\n    Fix: pulumi config set sshKey state',
    ],
  },
  {
    title: 'keys in an agent, and none of them known',
    raw: { sshKey: 'agent' },
    messages: [
      'adminSshKeys is empty, so no key of an agent would open the host. Allowed: the public keys of those whose agent deploys, where sshKey is agent.\n    Fix: pulumi config set --path \'adminSshKeys[0]\' "$(ssh-add -L | head -n 1)"',
    ],
  },
  {
    title: 'a time of day that is none',
    raw: { rebootTime: '24:00' },
    messages: [
      'rebootTime = "24:00" is not a time of day. Allowed: hours and minutes in UTC, such as 03:30.\n    Fix: pulumi config set rebootTime 03:30',
    ],
  },
  {
    title: 'sshFrom without prefix',
    raw: { sshFrom: ['203.0.113.7'] },
    messages: [
      "sshFrom[0] = \"203.0.113.7\" has no prefix length. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom with a long prefix',
    raw: { sshFrom: ['203.0.113.0/33'] },
    messages: [
      "sshFrom[0] = \"203.0.113.0/33\" has a bad prefix length. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom with a name',
    raw: { sshFrom: ['office.example.com'] },
    messages: [
      "sshFrom[0] = \"office.example.com\" is not a network. Allowed: networks in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' '203.0.113.0/24'",
    ],
  },
  {
    title: 'sshFrom empty',
    raw: { sshFrom: [] },
    messages: [
      "sshFrom = [] lets nobody in, not even this deployment. Allowed: at least one network in CIDR notation.\n    Fix: pulumi config set --path 'sshFrom[0]' 203.0.113.0/24",
    ],
  },
  {
    title: 'sshFrom twice',
    raw: { sshFrom: ['203.0.113.0/24', '203.0.113.0/24'] },
    messages: [
      'sshFrom[1] = "203.0.113.0/24" is in the list twice. Allowed: each entry once.\n    Fix: pulumi config rm --path \'sshFrom[1]\'',
    ],
  },
  {
    title: 'sshPort zero',
    raw: { sshPort: 0 },
    messages: [
      'sshPort = 0 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set sshPort 22',
    ],
  },
  {
    title: 'httpPort too big',
    raw: { httpPort: 70000 },
    messages: [
      'httpPort = 70000 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set httpPort 80',
    ],
  },
  {
    title: 'httpsPort with a fraction',
    raw: { httpsPort: 443.5 },
    messages: [
      'httpsPort = 443.5 is not a TCP port. Allowed: a whole number from 1 to 65535.\n    Fix: pulumi config set httpsPort 443',
    ],
  },
  {
    title: 'ports that clash',
    raw: { httpPort: 443 },
    messages: [
      'httpPort = 443 is the same as httpsPort. Allowed: three different ports.\n    Fix: pulumi config set httpPort 80',
    ],
  },
  {
    title: 'ssh on the web port',
    raw: { sshPort: 80 },
    messages: [
      'sshPort = 80 is the same as httpPort. Allowed: three different ports.\n    Fix: pulumi config set sshPort 22',
    ],
  },
  {
    title: 'a key of the admin before the first',
    raw: { adminKeyVersion: 0 },
    messages: [
      'adminKeyVersion = 0 is not a version of a key. Allowed: a whole number from 1 to 1000000.\n    Fix: pulumi config set adminKeyVersion 1',
    ],
  },
  {
    title: 'a key with line breaks, and one with a character that base64 lacks',
    raw: { adminSshKeys: ['ssh-rsa AAAA\nssh-rsa AAAA', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!'] },
    messages: [
      "adminSshKeys[0] = \"ssh-rsa AAAA\\nssh-rsa AAAA\" has more than one line. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[0]' 'ssh-ed25519 AAAA… you@example.com'",
      "adminSshKeys[1] = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!\" is a damaged ssh public key. Allowed: authorized_keys lines (the text of a .pub file).\n    Fix: pulumi config set --path 'adminSshKeys[1]' 'ssh-ed25519 AAAA… you@example.com'",
    ],
  },
]
