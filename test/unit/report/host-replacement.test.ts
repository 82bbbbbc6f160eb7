/** What a report says of a droplet that is replaced beside the old one, and of the gap. */
import { markdown } from '../../../ops/report/markdown.ts'
import type { Properties } from '../../../ops/report/preview.ts'
import { text } from '../../../ops/report/text.ts'
import {
  beside,
  caddy,
  DROPLET,
  droplet,
  firewall,
  made,
  type Parts,
  ROOM,
  release,
  replaced,
  resized,
  site,
  software,
  sysctl,
} from './host-changes.ts'

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

test('without a reserved IP the name moves, from the picture’s DNS straight to the droplet', () => {
  const { 'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': _, ...parts } =
    replaced('image')
  const record = (value: string): Properties => ({ type: 'A', name: 'pr-1.preview', value })
  const found = made({
    ...parts,
    ...firewall,
    'digitalocean:index/dnsRecord:DnsRecord': {
      old: record('198.51.100.1'),
      new: record('04da6b54-80e4-46f7-96ec-b56ff0331ba9'),
      within: `${ROOM}$Dns`,
    },
  })
  expect(found.headline).toMatchObject({
    text: 'Replaces the droplet (image) and loses what is on its disk, no downtime: the new droplet serves before the name moves',
    downtimeSeconds: 0,
  })
  expect(found.picture).toContain('\n  name --> firewall\n')
  expect(found.picture).not.toContain('ip')
})
