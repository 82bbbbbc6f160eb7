import type { ObjectStorage } from '../spaces/index.ts'
import { isOpen } from './databases/firewall.ts'
import type { State } from './state.ts'
import { snapshotsOf, volumesOf } from './volumes/rows.ts'

/** All that an account owner made or caused, one line a thing; a new account gives an empty list. */
export function inventory(
  state: State,
  spaces: Pick<ObjectStorage, 'buckets'>,
): { kind: string; id: string; name: string }[] {
  const line = (kind: string) => (id: string | number, name: string) => ({
    kind,
    id: String(id),
    name,
  })
  return [
    ...state.droplets.map((droplet) => line('droplet')(droplet.id, droplet.name)),
    ...volumesOf(state).map(({ id, name }) => line('volume')(id, name)),
    ...snapshotsOf(state).map(({ id, name }) => line('volume_snapshot')(id, name)),
    ...state.reservedIps.map(({ ip }) => line('reserved_ip')(ip, ip)),
    ...state.firewalls.map((firewall) => line('firewall')(firewall.id, firewall.name)),
    ...state.domains.map((domain) => line('domain')(domain.name, domain.name)),
    ...state.domains.flatMap((domain) =>
      domain.records
        .filter((record) => record.type !== 'SOA' && !isProvidersOwn(record.type, record.data))
        .map((record) =>
          line('domain_record')(
            record.id,
            `${record.name === '@' ? '' : `${record.name}.`}${domain.name} ${record.type} ${record.data}`,
          ),
        ),
    ),
    ...state.keys.map((key) => line('ssh_key')(key.id, key.name)),
    ...state.projects
      .filter((project) => !project.isDefault)
      .map((project) => line('project')(project.id, project.name)),
    ...(state.registries ?? []).map(({ name }) => line('registry')(name, name)),
    ...(state.databases ?? []).map((cluster) =>
      line('database')(
        cluster.id,
        `${cluster.name}${isOpen(cluster) ? ' (open to the internet)' : ''}`,
      ),
    ),
    ...spaces.buckets().map(({ name, region }) => line('spaces_bucket')(`${region}/${name}`, name)),
    ...(state.spacesKeys ?? []).map((key) => line('spaces_key')(key.accessKey, key.name)),
    ...state.tags.map((tag) => line('tag')(tag, tag)),
    ...state.vpcs.filter((vpc) => !vpc.isDefault).map((vpc) => line('vpc')(vpc.id, vpc.name)),
  ]
}

const isProvidersOwn = (type: string, data: string): boolean =>
  type === 'NS' && /^ns[123]\.digitalocean\.com$/.test(data)
