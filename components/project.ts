import { Project as DigitalOceanProject } from '@pulumi/digitalocean/project.js'
import * as pulumi from '@pulumi/pulumi'
import { IMPORTED } from './imported.ts'

export interface ProjectArgs {
  description: pulumi.Input<string>
  /** `Development`, `Staging` or `Production`. */
  environment: string
  /** URNs (`do:droplet:123`) of what belongs to it. */
  resources: pulumi.Input<string>[]
}

/** A DigitalOcean Project, so that the stack's resources stand together in the control panel. */
export class Project extends pulumi.ComponentResource {
  constructor(name: string, args: ProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Project', name, {}, opts)
    new DigitalOceanProject(
      name,
      {
        name,
        description: args.description,
        purpose: 'Web Application',
        environment: args.environment,
        resources: args.resources,
      },
      { parent: this, aliases: IMPORTED },
    )
    this.registerOutputs({})
  }
}
