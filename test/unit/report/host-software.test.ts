/** Host software and replacements beside the old droplet, in previews shaped as the engine makes them. */
import { json } from '../../../ops/report/json.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import type { Properties } from '../../../ops/report/preview.ts'
import { report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import { expectGolden } from '../golden.ts'
import { preview, prices } from './fixtures.ts'

type Parts = Parameters<typeof preview>[0]
type Packages = Record<string, { version: string; units: Record<string, string> }>

const ROOM = 'Deployment'
const DROPLET = 'digitalocean:index/droplet:Droplet'
const COMMAND = 'command:remote:Command'
const PACKAGES = 'padlock:index:Packages'

const base: Packages = {
  'padlock-app': { version: '0.1.0+aaaaaaaaaaa1', units: {} },
  'padlock-host': {
    version: '0.1.0+aaaaaaaaaaa2',
    units: {
      'nftables.service': 'reload 0000000000a1',
      'ssh.service': 'reload 0000000000a2',
      'systemd-sysctl.service': 'restart 0000000000a3',
      'user@.service': 'daemon-reload 0000000000a4',
    },
  },
  'padlock-proxy': {
    version: '0.1.0+aaaaaaaaaaa3',
    units: { 'caddy.service': 'restart 0000000000a5' },
  },
}
/** The base with another version and other units of one package. */
const changed = (name: string, units: Record<string, string>): Packages => ({
  ...base,
  [name]: { version: '0.1.0+bbbbbbbbbbb1', units: { ...base[name]?.units, ...units } },
})

const droplet = { size: 's-1vcpu-1gb', image: 'debian-13-x64' }
const stays: Parts = { [DROPLET]: { old: droplet, new: droplet, within: `${ROOM}$Host` } }
const installed = (after: string | undefined, before = 'install 1') => ({
  [`${COMMAND}#padlock-dev-packages`]: {
    old: { create: before },
    ...(after && { new: { create: after } }),
    within: `${ROOM}$Packages`,
  },
})
const software = (after: Packages): Parts => ({
  ...stays,
  [PACKAGES]: { old: { packages: base }, new: { packages: after }, within: ROOM },
  ...installed('install 2'),
})
const release: Parts = {
  [`${COMMAND}#padlock-dev`]: {
    old: { create: 'release 1' },
    new: { create: 'release 2' },
    within: `${ROOM}$Release`,
  },
}
const made = (parts: Parts) => report(preview(parts), { prices })

test.each<[string, Packages, string, number]>([
  ['a file that no unit reads', changed('padlock-app', {}), 'Host software, no downtime', 0],
  [
    'sshd, the firewall and kernel settings',
    changed('padlock-host', {
      'nftables.service': 'reload 0000000000b1',
      'ssh.service': 'reload 0000000000b2',
      'systemd-sysctl.service': 'restart 0000000000b3',
    }),
    'Host software, no downtime',
    0,
  ],
  [
    'Caddy',
    changed('padlock-proxy', { 'caddy.service': 'restart 0000000000b5' }),
    'Updates the host software and restarts caddy.service: about 1 second of downtime',
    1,
  ],
  [
    'a reload of Caddy',
    changed('padlock-proxy', { 'caddy.service': 'reload 0000000000b5' }),
    'Host software, no downtime',
    0,
  ],
  [
    'the manager of the app’s user',
    changed('padlock-app', { 'user@1001.service': 'restart 0000000000b6' }),
    'Updates the host software and restarts user@1001.service: about 10 seconds of downtime',
    10,
  ],
])('%s: %s', (_what, after, words, downtimeSeconds) => {
  expect(made(software(after)).headline).toEqual({ kind: 'change', text: words, downtimeSeconds })
})

test('versions, units and that the droplet stays', () => {
  const { 'padlock-app': _gone, ...others } = changed('padlock-host', {
    'nftables.service': 'reload 0000000000b1',
    'ssh.service': 'restart 0000000000a2',
    'user@.service': 'daemon-reload 0000000000b4',
  })
  const after = {
    ...others,
    'padlock-data': {
      version: '0.1.0+ccccccccccc1',
      units: { 'postgresql.service': 'restart 0000000000c1' },
    },
  }
  expect(made(software(after)).hostSoftware).toEqual({
    dropletStays: true,
    packages: [
      { name: 'padlock-app', before: '0.1.0+aaaaaaaaaaa1' },
      { name: 'padlock-data', after: '0.1.0+ccccccccccc1' },
      { name: 'padlock-host', before: '0.1.0+aaaaaaaaaaa2', after: '0.1.0+bbbbbbbbbbb1' },
    ],
    units: [
      { unit: 'nftables.service', action: 'reload', interrupts: false },
      { unit: 'postgresql.service', action: 'restart', interrupts: false },
      { unit: 'ssh.service', action: 'restart', interrupts: false },
    ],
  })
})

test('two packages that speak of one unit: a restart covers a reload', () => {
  const after = changed('padlock-host', { 'nftables.service': 'reload 0000000000b1' })
  const both: Packages = {
    ...after,
    'padlock-app': {
      version: '0.1.0+ddddddddddd1',
      units: { 'nftables.service': 'restart 0000000000b2' },
    },
  }
  expect(made(software(both)).hostSoftware?.units).toEqual([
    { unit: 'nftables.service', action: 'restart', interrupts: false },
  ])
})

test('in all formats', () => {
  const { 'padlock-app': _gone, ...others } = changed('padlock-proxy', {
    'caddy.service': 'restart 0000000000b5',
  })
  const found = made({
    ...software({ ...others, 'padlock-data': { version: '0.1.0+ccccccccccc1', units: {} } }),
    ...release,
  })
  expectGolden('report-host-software.md', markdown(found))
  expectGolden('report-host-software.txt', text(found))
  expect(JSON.parse(json(found))).toMatchObject({
    headline: { downtimeSeconds: 1 },
    hostSoftware: {
      dropletStays: true,
      packages: [{ name: 'padlock-app' }, { name: 'padlock-data' }, { name: 'padlock-proxy' }],
      units: [{ unit: 'caddy.service', action: 'restart', interrupts: true }],
    },
  })
})

test('apt’s source alone: the droplet stays, and no package is another', () => {
  const found = made({
    ...stays,
    [PACKAGES]: { old: { packages: base }, new: { packages: base }, within: ROOM },
    ...installed('install 2'),
  })
  expect(found.headline.text).toBe('Host software, no downtime')
  expect(text(found)).toContain('The droplet stays, and no unit restarts or reloads.')
})

test('nothing of the host’s software changes: nothing is said', () => {
  const found = made({
    ...stays,
    [PACKAGES]: { old: { packages: base }, new: { packages: base }, within: ROOM },
    ...installed('install 1'),
    ...release,
  })
  expect(found.headline.text).toBe('Release only, no downtime')
  expect(found.hostSoftware).toBeUndefined()
})

const site: Parts = {
  [`${COMMAND}#padlock-dev-site-stage`]: {
    old: { stdin: 'a' },
    new: { stdin: 'b' },
    within: `${ROOM}$Site`,
  },
}
const firewall: Parts = {
  'digitalocean:index/firewall:Firewall': {
    old: { inboundRules: [] },
    new: { inboundRules: [{ protocol: 'tcp', portRange: '22', sourceAddresses: ['10.0.0.0/8'] }] },
    within: `${ROOM}$Network`,
  },
}
const sysctl = changed('padlock-host', { 'systemd-sysctl.service': 'restart 0000000000b3' })
const caddy = changed('padlock-proxy', { 'caddy.service': 'restart 0000000000b5' })
const resized: Parts = {
  [DROPLET]: { old: droplet, new: { ...droplet, size: 's-1vcpu-2gb' }, within: `${ROOM}$Host` },
}
/** The parts of a replacement that is finished beside the old droplet. */
const beside: Parts = {
  'padlock:index:Address': { old: { a: 1 }, new: { a: 1 }, within: ROOM },
  'padlock:index:Certificates': { old: { a: 1 }, new: { a: 1 }, within: ROOM },
  'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': {
    old: { dropletId: 1 },
    new: { dropletId: '04da6b54-80e4-46f7-96ec-b56ff0331ba9' },
    replaces: ['dropletId'],
    within: `${ROOM}$Address`,
  },
  'command:local:Command#padlock-dev-own-address': {
    old: { triggers: [1] },
    new: { triggers: [2] },
    replaces: ['triggers'],
    within: `${ROOM}$Address`,
  },
}
const replaced = (reason: keyof typeof droplet): Parts => ({
  ...beside,
  [DROPLET]: {
    old: droplet,
    new: { ...droplet, [reason]: 'x' },
    replaces: [reason],
    within: `${ROOM}$Host`,
  },
})

test.each<[string, Parts, string, number]>([
  [
    'a release beside it',
    { ...software(sysctl), ...release },
    'Host software, with a release, no downtime',
    0,
  ],
  [
    'a site and a release beside it',
    { ...software(sysctl), ...release, ...site },
    'Changes the reverse proxy in place, with host software and a release, no downtime',
    0,
  ],
  [
    'the firewall beside it',
    { ...software(sysctl), ...firewall },
    'Changes the firewall in place, with host software, no downtime',
    0,
  ],
  [
    'a release beside a restart',
    { ...software(caddy), ...release },
    'Updates the host software and restarts caddy.service: about 1 second of downtime',
    1,
  ],
  [
    'a resize comes before a restart',
    { ...software(caddy), ...resized },
    'Resizes the droplet (s-1vcpu-1gb → s-1vcpu-2gb): about 1 minute of downtime; updates the host software and restarts caddy.service: about 1 second of downtime',
    60,
  ],
  [
    'a droplet that is new itself restarts nothing',
    { ...software(caddy), ...replaced('image'), ...release },
    'Replaces the droplet (image) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
    0,
  ],
])('%s', (_what, parts, words, downtimeSeconds) => {
  expect(made(parts).headline).toEqual({ kind: 'change', text: words, downtimeSeconds })
})

test('the packages come with a new droplet', () => {
  const found = made({ ...software(caddy), ...replaced('image') })
  expect(found.hostSoftware).toMatchObject({ dropletStays: false, units: [] })
  expect(markdown(found)).toContain('The packages come with the new droplet.')
})

test('the engine’s trigger: the first boot’s text is the cause, though no property differs', () => {
  const found = made({
    ...beside,
    [DROPLET]: {
      old: { ...droplet, name: 'padlock-dev-0000001' },
      new: { ...droplet, name: 'padlock-dev-0000002' },
      triggers: ['1', '2'],
      within: `${ROOM}$Host`,
    },
  })
  expect(found.headline.text).toBe(
    'Replaces the droplet (the first boot’s text changed) and loses what is on its disk, no downtime: the new droplet serves before the address moves',
  )
  expect(found.changes[0]).toMatchObject({
    kind: 'Droplet',
    dangerous: true,
    differences: [{ path: 'the first boot’s text', replaces: true }],
  })
  expect(text(found)).toContain('the first boot’s text: changed (replaces)')
  expect(found.security.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^the first boot/),
  )
  expect(found.picture).toContain('droplet: replaced (the first boot’s text)')
})

test('a replacement on request has another cause than the trigger', () => {
  const found = made({
    ...beside,
    [DROPLET]: { old: droplet, new: droplet, triggers: ['1', '1'], within: `${ROOM}$Host` },
  })
  expect(found.headline.text).toContain('Replaces the droplet (on request)')
})

test('a droplet of version 0.1 has no certificates to carry over', () => {
  const found = made({
    ...replaced('image'),
    'padlock:index:Certificates': { new: { a: 1 }, within: ROOM },
  })
  expect(found.headline).toMatchObject({
    text: 'Replaces the droplet (image) and loses what is on its disk: about 1 minute of downtime, in which the new one orders a certificate',
    downtimeSeconds: 60,
  })
})

test('a new address: the gap is the time to live', () => {
  const ip = (region: string): Properties => ({ region })
  const found = made({
    ...replaced('image'),
    'digitalocean:index/reservedIp:ReservedIp': {
      old: ip('fra1'),
      new: ip('ams3'),
      replaces: ['region'],
      within: `${ROOM}$Network`,
    },
  })
  expect(found.headline).toMatchObject({
    text: expect.stringMatching(
      /; gives the site a new address, which resolvers learn within 5 minutes$/,
    ),
    downtimeSeconds: 300,
  })
})

test('another admin key: the commands run again, and that is all', () => {
  const reconnected = (within: string, name: string): Parts => ({
    [`${COMMAND}#${name}`]: { old: { connection: 'a' }, new: { connection: 'b' }, within },
  })
  const found = made({
    ...stays,
    [PACKAGES]: { old: { packages: base }, new: { packages: base }, within: ROOM },
    ...reconnected(`${ROOM}$Packages`, 'padlock-dev-packages'),
    ...reconnected(`${ROOM}$Release`, 'padlock-dev'),
    ...reconnected(`${ROOM}$Site`, 'padlock-dev-site-serve'),
    'command:local:Command#padlock-dev-certificates': {
      old: { stdin: 'a' },
      new: { stdin: 'b' },
      within: `${ROOM}$Certificates`,
    },
    'command:local:Command#padlock-dev-admin-keys': {
      old: { create: 'keys-1' },
      new: { create: 'keys-2' },
      within: `${ROOM}$Host`,
    },
    'tls:index/privateKey:PrivateKey#padlock-dev-admin-2': {
      new: { algorithm: 'ED25519' },
      within: `${ROOM}$Host`,
    },
    'tls:index/privateKey:PrivateKey#padlock-dev-admin': {
      old: { algorithm: 'ED25519' },
      within: `${ROOM}$Host`,
    },
  })
  expect(found.headline.text).toBe(
    'Changes the list of ssh keys and the ssh key pairs in place, no downtime',
  )
  expect(found.security.map(({ text }) => text)).toEqual([
    'the stack’s own key: padlock-dev-admin-2 opens the host from now on',
  ])
})
