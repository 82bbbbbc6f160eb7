import { ContainerRegistry } from '@pulumi/digitalocean/containerRegistry.js'
import { ContainerRegistryDockerCredentials } from '@pulumi/digitalocean/containerRegistryDockerCredentials.js'
import * as pulumi from '@pulumi/pulumi'
import type { RegistryLogin } from '../config/registries.ts'
import type { TeamRegistry } from './account/registry.ts'

/** Where DigitalOcean's registries are, as images name it. */
export const REGISTRY_HOST = 'registry.digitalocean.com'
const DAY_SECONDS = 86_400
/** How long a login is good for; see RENEWAL_DAYS in account/registry.ts. */
export const LOGIN_DAYS = 90

/**
 * The team's registry at DigitalOcean, and a login of this stack that may read it. A registry that was
 * there is none of the stack's resources; one that the stack makes stays when the stack goes, as its
 * images are the team's.
 */
export class Registry extends pulumi.ComponentResource {
  /** `registry.digitalocean.com/acme`, which images are named below. */
  readonly endpoint: pulumi.Output<string>
  /** A secret. */
  readonly login: pulumi.Output<RegistryLogin>

  constructor(
    name: string,
    { name: registry, made, generation }: TeamRegistry,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('padlock:index:Registry', name, { registry }, opts)
    const own =
      made &&
      new ContainerRegistry(
        `${name}-registry`,
        { name: registry, subscriptionTierSlug: 'starter' },
        // The team chooses its tier; what is free is no more than where it begins.
        { parent: this, retainOnDelete: true, ignoreChanges: ['subscriptionTierSlug'] },
      )
    const pull = new ContainerRegistryDockerCredentials(
      `${name}-pull-${generation}`,
      {
        registryName: own ? own.name : registry,
        write: false,
        expirySeconds: LOGIN_DAYS * DAY_SECONDS,
      },
      { parent: this },
    )
    this.endpoint = pulumi.interpolate`${REGISTRY_HOST}/${own ? own.name : registry}`
    this.login = pulumi.secret(pull.dockerCredentials.apply(loginIn))
    this.registerOutputs({})
  }
}

/** Of a Docker configuration file, as the API gives it out. */
function loginIn(docker: string): RegistryLogin {
  const { auths } = JSON.parse(docker)
  const pair = Buffer.from(auths[REGISTRY_HOST].auth, 'base64').toString()
  const colon = pair.indexOf(':')
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
