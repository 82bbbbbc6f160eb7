import { componentOf, type Resource, within } from './resources.ts'

/** Another number of containers for the release that serves, such as `1 → 3 replicas`. */
export function rescaled(all: Resource[]): string | undefined {
  const release = componentOf(all, 'Release')
  const command = all.find((one) => within(one) === 'Release' && one.kind === 'remote:Command')
  if (!release?.old || !release.new || !command?.old || !command.new) return undefined
  if (command.old.create !== command.new.create) return undefined
  const [before, after] = [release.old, release.new].map(({ replicas }) => Number(replicas ?? 1))
  return before === after ? undefined : `${before} → ${after} replicas`
}
