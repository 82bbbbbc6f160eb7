import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'

export interface AddressArgs {
  reservedIp: pulumi.Input<string>
  dropletId: pulumi.Output<string>
  /** What must be so before visitors are led to the droplet. */
  after: pulumi.Resource[]
}

/**
 * The reserved IP's way to the droplet. A replaced droplet takes it over from the old one in one
 * step: the new assignment is made first, and deleting the old one leaves an address alone that
 * points elsewhere by then (digitalocean provider, reserved_ip_assignment).
 */
export class Address extends pulumi.ComponentResource {
  readonly assigned: pulumi.Resource

  constructor(name: string, args: AddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Address', name, {}, opts)
    const formerParent = pulumi.createUrn(name, 'padlock:index:Host')
    this.assigned = new digitalocean.ReservedIpAssignment(
      name,
      { ipAddress: args.reservedIp, dropletId: args.dropletId.apply(Number) },
      { parent: this, dependsOn: args.after, aliases: [{ parent: formerParent }] },
    )
    this.registerOutputs({})
  }
}
