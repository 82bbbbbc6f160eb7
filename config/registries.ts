import * as v from 'valibot'
import { message } from './error.ts'
import { isObject } from './values.ts'

/** A login at a registry. */
export interface RegistryLogin {
  user: string
  password: string
}

const set = (place: string) =>
  `pulumi config set --path '${place}.user' NAME; pulumi config set --secret --path '${place}.password'`
const EXAMPLE = set('appRegistries["ghcr.io"]')
const PLACES = 'registries as images name them (ghcr.io, docker.io), or a path below one'
const HUB = /^((index|registry-1|hub)\.docker\.(io|com)|docker\.com)/

/** Logins by registry, or by a path below one (containers-auth.json(5)), sorted. */
export function registries() {
  const wrong = {
    type: message('is not an object', 'logins by registry', EXAMPLE),
    place: message('has a name that is no registry', PLACES, EXAMPLE),
    hub: message('is Docker Hub, whose images are named docker.io/…', PLACES, EXAMPLE),
    login: message('is no login', 'a user and a password, both texts', EXAMPLE),
  }
  const place = v.pipe(
    v.string(),
    v.check((name) => !HUB.test(name), wrong.hub),
    v.regex(/^[a-z0-9-]+([.:][a-z0-9-]+)+(\/[a-z0-9._-]+)*$/, wrong.place),
  )
  const half = v.pipe(v.string(wrong.login), v.nonEmpty(wrong.login))
  return v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>(isObject, wrong.type),
      v.record(place, v.strictObject({ user: half, password: half }, wrong.login)),
      v.transform((all) =>
        Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))),
      ),
    ),
    {},
  )
}
