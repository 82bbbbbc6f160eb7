import * as command from '@pulumi/command'
import type { Droplet } from '@pulumi/digitalocean/droplet.js'
import { ReservedIpAssignment } from '@pulumi/digitalocean/reservedIpAssignment.js'
import * as pulumi from '@pulumi/pulumi'
import { type VisitArgs, visitCommand, visitEnvironment } from './probe/visit.ts'

export interface AddressArgs {
  /** Absent where the site is at the droplet's own address. */
  reservedIp?: pulumi.Input<string>
  droplet: Droplet
  /** The site as it is asked, but for the address. */
  visit: Omit<VisitArgs, 'address'>
  /** The site's command on the host; it says whether the certificate is there. */
  staged: command.remote.Command
  /** The release that serves, where the site does not wait for it. */
  live?: pulumi.Resource
}

/**
 * The site's way to the droplet. A new droplet is asked at its own address first, if it has a
 * certificate by then; only one that serves the site gets the reserved IP, or the name where there is
 * none. It takes the address over from the old one in one step: the new assignment is made first, and
 * deleting the old one leaves an address alone that points elsewhere by then (digitalocean provider,
 * reserved_ip_assignment).
 */
export class Address extends pulumi.ComponentResource {
  /** From here on the name may lead to the address. */
  readonly settled: pulumi.Resource

  constructor(name: string, args: AddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Address', name, {}, opts)
    const { droplet, staged, live, visit } = args
    const address = droplet.ipv4Address
    const asked = new command.local.Command(
      `${name}-own-address`,
      {
        create: pulumi.interpolate`${visitCommand({ ...visit, address })} --certificate "${staged.stdout}"`,
        environment: visitEnvironment(visit),
        triggers: [droplet.id],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      {
        parent: this,
        dependsOn: live ? [staged, live] : staged,
        customTimeouts: { create: '10m', update: '10m' },
      },
    )
    const formerParent = pulumi.createUrn(name, 'padlock:index:Host')
    this.settled = args.reservedIp
      ? new ReservedIpAssignment(
          name,
          { ipAddress: args.reservedIp, dropletId: droplet.id.apply(Number) },
          { parent: this, dependsOn: asked, aliases: [{ parent: formerParent }] },
        )
      : asked
    this.registerOutputs({})
  }
}
