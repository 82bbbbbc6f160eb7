import { report } from '../../../ops/report/report.ts'
import { preview, prices } from './fixtures.ts'

export type Parts = Parameters<typeof preview>[0]
export type Packages = Record<string, { version: string; units: Record<string, string> }>

export const ROOM = 'Deployment'
export const DROPLET = 'digitalocean:index/droplet:Droplet'
export const COMMAND = 'command:remote:Command'
export const PACKAGES = 'padlock:index:Packages'

export const base: Packages = {
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
export const changed = (name: string, units: Record<string, string>): Packages => ({
  ...base,
  [name]: { version: '0.1.0+bbbbbbbbbbb1', units: { ...base[name]?.units, ...units } },
})

export const droplet = { size: 's-1vcpu-1gb', image: 'debian-13-x64' }
export const stays: Parts = { [DROPLET]: { old: droplet, new: droplet, within: `${ROOM}$Host` } }
export const installed = (after: string | undefined, before = 'install 1') => ({
  [`${COMMAND}#padlock-dev-packages`]: {
    old: { create: before },
    ...(after && { new: { create: after } }),
    within: `${ROOM}$Packages`,
  },
})
export const software = (after: Packages): Parts => ({
  ...stays,
  [PACKAGES]: { old: { packages: base }, new: { packages: after }, within: ROOM },
  ...installed('install 2'),
})
export const release: Parts = {
  [`${COMMAND}#padlock-dev`]: {
    old: { create: 'release 1' },
    new: { create: 'release 2' },
    within: `${ROOM}$Release`,
  },
}
export const made = (parts: Parts) => report(preview(parts), { prices })

export const site: Parts = {
  [`${COMMAND}#padlock-dev-site-stage`]: {
    old: { stdin: 'a' },
    new: { stdin: 'b' },
    within: `${ROOM}$Site`,
  },
}
export const firewall: Parts = {
  'digitalocean:index/firewall:Firewall': {
    old: { inboundRules: [] },
    new: { inboundRules: [{ protocol: 'tcp', portRange: '22', sourceAddresses: ['10.0.0.0/8'] }] },
    within: `${ROOM}$Network`,
  },
}
export const sysctl = changed('padlock-host', { 'systemd-sysctl.service': 'restart 0000000000b3' })
export const caddy = changed('padlock-proxy', { 'caddy.service': 'restart 0000000000b5' })
export const resized: Parts = {
  [DROPLET]: { old: droplet, new: { ...droplet, size: 's-1vcpu-2gb' }, within: `${ROOM}$Host` },
}
/** The parts of a replacement that is finished beside the old droplet. */
export const beside: Parts = {
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
export const replaced = (reason: keyof typeof droplet): Parts => ({
  ...beside,
  [DROPLET]: {
    old: droplet,
    new: { ...droplet, [reason]: 'x' },
    replaces: [reason],
    within: `${ROOM}$Host`,
  },
})
