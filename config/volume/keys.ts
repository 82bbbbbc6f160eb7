/** The keys about what outlives the droplet, each by itself. */
import * as v from 'valibot'
import { message } from '../error.ts'
import { isObject, SKIPPED, wholeNumber } from '../values.ts'

/** GiB: DigitalOcean's largest volume (https://docs.digitalocean.com/products/volumes/details/limits/). */
const LARGEST_GIB = 16_384

const REMOVE = "pulumi config rm --path '{path}'"
const WRONG = {
  type: message(
    'is not an object',
    'paths in the container with names of directories',
    `pulumi config set --path 'appVolumes["/data"]' data`,
  ),
  path: message(
    'is no absolute path that says only one thing',
    'paths such as /data or /srv/app/uploads, of letters, digits and . _ -, without a final slash',
    REMOVE,
  ),
  taken: message(
    'is a path that the container needs for itself',
    'any path but /, /boot, /usr, /usr/local, /var and /var/lib, and none at or below /dev, /etc, /proc, /run, /sys, /tmp, /var/lock, /var/run, nor bin, sbin and lib of /, /usr and /usr/local',
    REMOVE,
  ),
  name: message(
    'is not the name of a directory',
    'up to 30 lower-case letters, digits and -',
    "pulumi config set --path '{path}' data",
  ),
}

/** What no directory of the volume may stand in the place of; below it one may. */
const ITSELF = ['/', '/boot', '/usr', '/usr/local', '/var', '/var/lib']
/**
 * What neither it nor anything below it may be: programs, libraries and settings of the image (a
 * directory over /etc/passwd lets no container start), what Podman mounts itself, and the links that
 * lead there (/var/run is /run on Debian).
 */
const WHOLLY =
  /^\/(?:(?:usr\/(?:local\/)?)?(?:bin|sbin|lib(?:32|64|x32|exec)?)|dev|etc|proc|run|sys|tmp|var\/(?:lock|run))(?:\/|$)/

const isPath = (path: string) =>
  path === '/' || (/^(?:\/[A-Za-z0-9._-]+)+$/.test(path) && !/\/\.\.?(?:\/|$)/.test(path))
const isFree = (path: string) => !ITSELF.includes(path) && !WHOLLY.test(path)

/** The schemas of `volume` and `appVolumes`. */
export const volumeKeys = () => ({
  volume: wholeNumber('number of GiB, nor 0 for none', 0, LARGEST_GIB, 0),
  appVolumes: v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>(isObject, WRONG.type),
      // Names that `v.record` leaves out without a word.
      v.check((paths) => !SKIPPED.some((one) => Object.hasOwn(paths, one)), WRONG.type),
      v.record(
        v.pipe(v.string(), v.check(isPath, WRONG.path), v.check(isFree, WRONG.taken)),
        v.pipe(v.string(WRONG.name), v.regex(/^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/, WRONG.name)),
      ),
    ),
    {},
  ),
})
