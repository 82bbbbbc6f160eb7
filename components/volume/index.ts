import * as command from '@pulumi/command'
import { Volume } from '@pulumi/digitalocean/volume.js'
import { VolumeAttachment } from '@pulumi/digitalocean/volumeAttachment.js'
import * as pulumi from '@pulumi/pulumi'
import { type VolumeSettings, volumeName } from '../../config/volume/index.ts'
import { IMPORTED } from '../imported.ts'
import { tellKept } from '../kept/index.ts'
import type { SshTarget } from '../ssh/target.ts'
import { type Former, ofKind } from '../state.ts'
import type { Account } from './gone.ts'

/** A variable of the command, which the state has in the open. */
const SSH_PORT = 'PADLOCK_SSH_PORT'

export interface DataVolumeArgs extends VolumeSettings {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Output<string>
  /** Owner id, which the volume's name ends in. */
  owner: string
  /** Tags of the volume. */
  tags: pulumi.Input<string>[]
  /** What is ready on the host before the volume leaves another one: from then on nothing serves. */
  before: pulumi.Input<pulumi.Resource>[]
}

/**
 * A block-storage volume that outlives the droplets, at `/srv/volume` of the one that it is attached
 * to. It is made without a file system: the host makes one where it finds nothing.
 *
 * A volume is attached to one droplet at a time. Where the droplet is replaced, the engine deletes
 * the attachment before it makes the new one, and before that the command whose trigger the
 * attachment is: that ends what uses the volume on the old host and unmounts it.
 */
export class DataVolume extends pulumi.ComponentResource {
  /** As projects spell it. */
  readonly urnOfVolume: pulumi.Output<string>
  readonly volumeId: pulumi.Output<string>
  /** The host has the volume at `/srv/volume`. */
  readonly mounted: pulumi.Resource

  constructor(name: string, args: DataVolumeArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:DataVolume', name, {}, opts)
    const parent = { parent: this }
    const volume = new Volume(
      name,
      {
        name: volumeName(name, args.owner),
        description: `Data of the stack ${pulumi.getStack()}`,
        region: args.region,
        size: args.size,
        tags: args.tags,
      },
      {
        ...{ ...parent, protect: args.protect, retainOnDelete: args.keep, aliases: IMPORTED },
        // Both resized in one update: by the stricter reading one queue has the actions of both.
        dependsOn: args.droplet,
      },
    )
    const attachment = new VolumeAttachment(
      name,
      { dropletId: args.dropletId.apply(Number), volumeId: volume.id },
      { ...parent, deleteBeforeReplace: true, dependsOn: args.before },
    )
    this.mounted = new command.local.Command(
      `${name}-volume-mounted`,
      {
        // Of another size it runs again, once the volume has that size.
        create: pulumi.interpolate`node components/volume/main.ts mount ${volume.size}-GiB`,
        delete: 'node components/volume/main.ts unmount',
        stdin: order(args),
        triggers: [attachment.id],
        environment: { [SSH_PORT]: pulumi.interpolate`${args.ssh.port}` },
        addPreviousOutputInEnv: false,
        logging: 'stderr',
      },
      // Never the other way round: of the same host again the end would come after the beginning.
      {
        ...parent,
        deleteBeforeReplace: true,
        // Its end begins with a last backup (host/padlock-volume, padlock_last_backup.py).
        customTimeouts: { create: '10m', update: '10m', delete: '35m' },
      },
    )
    this.urnOfVolume = volume.volumeUrn
    this.volumeId = volume.id
    const item = { kind: 'volume' as const, name: volumeName(name, args.owner), id: volume.id }
    tellKept(`${name}-volume`, args.keep, pulumi.output(item), this)
    // Whether its loss was consented to, for a program that has it no more.
    this.registerOutputs({ protects: args.protect, keeps: args.keep })
  }
}

/**
 * The ssh port of the droplet that has the volume. It stays open while that is replaced, as the new port
 * is opened first and the volume is unmounted over the former one.
 */
export function sshPortOfHolder(state: Former[]): number | undefined {
  const mounted = ofKind(state, 'Command').find(({ outputs }) => outputs.environment?.[SSH_PORT])
  return mounted && Number(mounted.outputs.environment[SSH_PORT])
}

/** The standard input of `main.ts`. */
function order({ ssh, dropletId }: DataVolumeArgs): pulumi.Output<string> {
  const { host, port, hostKey, privateKey } = ssh
  return pulumi.secret(
    pulumi.jsonStringify({
      address: { host, port, hostKey },
      privateKeys: privateKey ? [privateKey] : [],
      dropletId,
      account: account(),
    }),
  )
}

/** As the provider has it; a token of the environment is not kept in the state. */
function account(): Account {
  const settings = new pulumi.Config('digitalocean')
  return { endpoint: settings.get('apiEndpoint'), token: settings.get('token') }
}
