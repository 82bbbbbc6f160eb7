import type { BadConfiguration } from './bad-configuration.ts'

const BESIDE = 'Allowed: paths beside each other.'
const PATHS =
  'Allowed: paths such as /data or /srv/app/uploads, of letters, digits and . _ -, without a final slash.'
const FREE =
  'Allowed: any path but /, /boot, /usr, /usr/local, /var and /var/lib, and none at or below /dev, /etc, /proc, /run, /sys, /tmp, /var/lock, /var/run, nor bin, sbin and lib of /, /usr and /usr/local.'
const NEEDED = [
  ...['/', '/run/app', '/tmp', '/proc', '/etc', '/etc/passwd', '/etc/ssl/certs', '/var/run/app'],
  ...['/var/lock', '/lib/x86_64-linux-gnu', '/lib64', '/lib32/a', '/usr/lib/ssl', '/usr/libexec'],
  ...[
    '/usr/bin',
    '/bin/a',
    '/usr/local/bin',
    '/usr/local/lib/python3.13',
    '/usr/local',
    '/var/lib',
  ],
]
const remove = (path: string) => `\n    Fix: pulumi config rm --path 'appVolumes["${path}"]'`

/** What outlives the droplet. */
export const volume: BadConfiguration[] = [
  {
    title: 'a host that restores, without a volume',
    raw: { restorable: true },
    messages: [
      'restorable is true, and there is no volume that anything could be restored to. Allowed: true only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config rm restorable',
    ],
  },
  ...[-1, 0.5, 16_385].map((volume) => ({
    title: `a volume of ${volume} GiB`,
    raw: { volume },
    messages: [
      `volume = ${volume} is not a number of GiB, nor 0 for none. Allowed: a whole number from 0 to 16384.\n    Fix: pulumi config set volume 0`,
    ],
  })),
  {
    title: 'directories without a volume',
    raw: { appVolumes: { '/data': 'data' } },
    messages: [
      'appVolumes is set, and there is no volume that they could lie on. Allowed: directories only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config rm appVolumes',
    ],
  },
  {
    title: 'directories that are a list',
    raw: { volume: 10, appVolumes: ['/data'] },
    messages: [
      `appVolumes = ["/data"] is not an object. Allowed: paths in the container with names of directories.\n    Fix: pulumi config set --path 'appVolumes["/data"]' data`,
    ],
  },
  {
    title: 'paths that say more than one thing',
    raw: {
      volume: 10,
      appVolumes: { data: 'a', '/data/': 'b', '/a/../b': 'c', '/a:ro': 'd', '/a//b': 'e' },
    },
    messages: ['data', '/data/', '/a/../b', '/a:ro', '/a//b'].map((path) =>
      path === 'data'
        ? `appVolumes.data is no absolute path that says only one thing. ${PATHS}\n    Fix: pulumi config rm --path 'appVolumes.data'`
        : `appVolumes["${path}"] is no absolute path that says only one thing. ${PATHS}${remove(path)}`,
    ),
  },
  {
    title: 'paths that the container needs',
    raw: { volume: 10, appVolumes: Object.fromEntries(NEEDED.map((path, n) => [path, `d${n}`])) },
    messages: NEEDED.map(
      (path) =>
        `appVolumes["${path}"] is a path that the container needs for itself. ${FREE}${remove(path)}`,
    ),
  },
  {
    title: 'a path inside of another, one directory for two, and a name that is none',
    raw: {
      volume: 10,
      appVolumes: { '/data': 'data', '/data/cache': 'cache', '/more': 'data' },
    },
    messages: [
      `appVolumes["/data/cache"] lies inside /data, which is a directory of its own. ${BESIDE}${remove('/data/cache')}`,
      `appVolumes["/more"] has the directory of /data. Allowed: a directory for each path.\n    Fix: pulumi config set --path 'appVolumes["/more"]' ANOTHER`,
    ],
  },
  {
    title: 'names of directories that are none',
    raw: { volume: 10, appVolumes: { '/a': '../b', '/b': 1 } },
    messages: [
      ['/a', '"../b"'],
      ['/b', '1'],
    ].map(
      ([path, name]) =>
        `appVolumes["${path}"] = ${name} is not the name of a directory. Allowed: up to 30 lower-case letters, digits and -.\n    Fix: pulumi config set --path 'appVolumes["${path}"]' data`,
    ),
  },
]
