/** What a report says of a host's software that changes in place. */
import { json } from '../../../ops/report/json.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import { text } from '../../../ops/report/text.ts'
import { expectGolden } from '../golden.ts'
import {
  base,
  COMMAND,
  changed,
  installed,
  made,
  PACKAGES,
  type Packages,
  type Parts,
  ROOM,
  release,
  software,
  stays,
} from './host-changes.ts'

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

const settings = (unit: string): Parts => ({
  ...software(changed('padlock-database', { 'padlock-database.service': unit })),
  'padlock:index:LocalDatabase': { old: { a: 1 }, new: { a: 1 }, within: ROOM },
})

test('a database that stays may restart for other settings', () => {
  expect(made(settings('restart 0000000000b7')).headline.text).toBe(
    'Restarts the database on the host where the host software has other settings for it: connections end for some seconds',
  )
  expect(made(settings('daemon-reload 0000000000b7')).headline.text).toBe(
    'Host software, no downtime',
  )
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
