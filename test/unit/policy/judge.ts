import type { PolicyResource, ResourceValidation } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
import type { Rule } from '../../../policy/rule.ts'
import { declaredDefaults } from './defaults.ts'

// biome-ignore lint/suspicious/noExplicitAny: the properties of any type
type Properties = Record<string, any>

/** A resource of the judged stack; `on` names the resources that a property depends on. */
export interface Thing {
  type: string
  name?: string
  /** Type of the component around it. */
  within?: string
  props?: Properties
  on?: Record<string, string[]>
}

export interface Case {
  /** Default: `dev`. */
  stack?: string
  /** Keys of the project, in place of Pulumi.yaml's defaults. */
  config?: Properties
  resources?: Thing[]
  /** The rule's own settings, as in policy/settings.json. */
  settings?: object
  preview?: boolean
}

/** `NAME: message` of everything that a rule has to say, as the engine would ask it. */
export async function judge(rule: Rule, one: Case = {}): Promise<string[]> {
  const { stack = 'dev', config = {}, resources = [], settings = {}, preview = false } = one
  pulumi.runtime.setMocks(
    { newResource: () => ({ id: '', state: {} }), call: () => ({}) },
    'padlock',
    stack,
    preview,
  )
  const texts = Object.entries({ ...declaredDefaults(), ...config }).map(([key, value]) => [
    key.includes(':') ? key : `padlock:${key}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  pulumi.runtime.setAllConfig(Object.fromEntries(texts))

  const said: string[] = []
  const all = [{ type: 'pulumi:pulumi:Stack', name: 'the stack' }, ...resources].map(resource)
  for (const each of all) each.link(all)
  const common = { stackTags: new Map(), getConfig: () => settings, notApplicable }
  const validations = [rule.validateResource ?? []].flat() as ResourceValidation[]
  for (const each of all) {
    for (const validate of validations) {
      const report = (message: string) => said.push(`${each.name}: ${message}`)
      try {
        await validate({ ...each, ...common } as unknown as Parameters<typeof validate>[0], report)
      } catch (error) {
        if (error !== NOT_APPLICABLE) throw error
      }
    }
  }
  await rule.validateStack?.({ ...common, resources: all } as never, (message, urn) =>
    said.push(`${all.find((each) => each.urn === urn)?.name ?? 'the stack'}: ${message}`),
  )
  return said
}

const NOT_APPLICABLE = new Error('not applicable')
function notApplicable(): never {
  throw NOT_APPLICABLE
}

function resource({ type, name = 'it', within, props = {}, on = {} }: Thing) {
  const made: Partial<PolicyResource> & { urn: string; name: string; type: string } = {
    type,
    name,
    props,
    urn: `urn:pulumi:dev::padlock::${within ? `${within}$` : ''}${type}::${name}`,
    isType: (of) => (of as unknown as { __pulumiType?: string }).__pulumiType === type,
    propertyDependencies: {},
  }
  const link = (all: { name: string }[]) => {
    for (const [key, names] of Object.entries(on))
      made.propertyDependencies![key] = all.filter((each) =>
        names.includes(each.name),
      ) as PolicyResource[]
  }
  return { ...made, link }
}

/** Any of these reads as a value that a preview does not know yet. */
export function unknown(props: Properties, ...keys: string[]): Properties {
  class UnknownValueError extends Error {}
  return new Proxy(props, {
    get(target, key) {
      if (keys.includes(String(key))) throw new UnknownValueError(String(key))
      return target[String(key)]
    },
  })
}

export const droplet = 'digitalocean:index/droplet:Droplet'
export const firewall = 'digitalocean:index/firewall:Firewall'
export const volume = 'digitalocean:index/volume:Volume'
export const spacesBucket = 'digitalocean:index/spacesBucket:SpacesBucket'
export const databaseCluster = 'digitalocean:index/databaseCluster:DatabaseCluster'
export const databaseFirewall = 'digitalocean:index/databaseFirewall:DatabaseFirewall'
export const client = 'auth0:index/client:Client'
export const connectionClient = 'auth0:index/connectionClient:ConnectionClient'
