import { upstreams } from '../../components/site/upstreams.ts'
import { MOST_REPLICAS } from '../../config/commands.ts'
import type { Properties } from './preview.ts'
import { componentOf, type Resource, within } from './resources.ts'

/** Another number of containers for the release that serves, such as `1 → 3 replicas`. */
export function rescaled(all: Resource[]): string | undefined {
  const release = componentOf(all, 'Release')
  const command = all.find((one) => within(one) === 'Release' && one.kind === 'remote:Command')
  if (!release?.old || !release.new || !command?.old || !command.new) return undefined
  if (command.old.create !== command.new.create) return undefined
  const [before, after] = [numberOf(release.old), numberOf(release.new)]
  return before === after ? undefined : `${before} → ${after} replicas`
}

/** Does the site change for the number of them alone? Not so where its file is not known. */
export function siteFollows(all: Resource[]): boolean {
  const [release, site] = [componentOf(all, 'Release'), componentOf(all, 'Site')]
  if (!release?.old || !release.new || !site?.old || !site.new) return false
  const [before, after] = [
    withOne(site.old, numberOf(release.old)),
    withOne(site.new, numberOf(release.new)),
  ]
  return before !== undefined && before === after
}

const numberOf = ({ replicas }: Properties) => Number(replicas ?? 1)

/** What the site shows, as it would be with one replica, lines without their indentation. */
function withOne({ caddyfile, ...more }: Properties, replicas: number): string | undefined {
  if (typeof caddyfile !== 'string' || !(replicas >= 1 && replicas <= MOST_REPLICAS)) {
    return undefined
  }
  const [own, one] = [partsOf(replicas), partsOf(1)]
  const text = caddyfile.replaceAll(/^\s+/gm, '')
  const file = own.reduce((file, part, index) => file.replaceAll(part, one[index] ?? ''), text)
  return JSON.stringify([file, Object.entries(more).sort()])
}

function partsOf(replicas: number): string[] {
  const { addresses, balancing, failures, nobody } = upstreams(replicas)
  return [
    `reverse_proxy ${addresses} {\n${balancing.join('\n')}\n`,
    `handle_errors ${failures} {`,
    `expression \`${nobody}\``,
  ]
}
