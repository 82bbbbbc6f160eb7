/** What the keys about what outlives the droplet ask of each other. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { isObject } from '../values.ts'

const NO_VOLUME = message(
  'is set, and there is no volume that they could lie on',
  'directories only where volume is set',
  'pulumi config set volume 10, or pulumi config rm {path}',
)
const REMOVE = "pulumi config rm --path '{path}'"

const inside = (outer: string) =>
  message(
    `lies inside ${outer}, which is a directory of its own`,
    'paths beside each other',
    REMOVE,
  )
const sameAs = (other: string) =>
  message(
    `has the directory of ${other}`,
    'a directory for each path',
    "pulumi config set --path '{path}' ANOTHER",
  )

/** Directories need a volume, and lie beside each other on it and in the container. */
export function volumesFit({ volume, appVolumes }: Values, report: Report): void {
  if (!isObject(appVolumes)) return
  const paths = Object.keys(appVolumes)
  if (paths.length > 0 && volume === 0) report('appVolumes', NO_VOLUME)
  for (const [at, path] of paths.entries()) {
    const outer = paths.find((other) => path.startsWith(`${other}/`))
    const twin = paths.slice(0, at).find((other) => appVolumes[other] === appVolumes[path])
    if (outer !== undefined) report('appVolumes', inside(outer), { name: path })
    else if (twin !== undefined) report('appVolumes', sameAs(twin), { name: path })
  }
}
