/** Programs to compare with: they need no configuration, and the same state. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Json, root } from '../engine/support/sandbox.ts'

/** Marks of the engine's wire format (pulumi/pulumi, sdk/go/common/resource/sig/sig.go). */
const SIGNATURE = '4dabf18193072939515e22adb298388d'
const SECRET = '1b47061264138c4ac30d75fd1eb44270'
const ASSET = 'c44067f5952c0a294b673a41bacd8c17'

/** A folder with a program of that text, which finds this project's packages. */
export function writeProgram(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const project = {
    name: 'padlock',
    runtime: { name: 'nodejs', options: { typescript: false } },
    main: 'index.js',
  }
  writeFileSync(join(folder, 'Pulumi.yaml'), JSON.stringify(project))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }))
  writeFileSync(join(folder, 'index.js'), text, { mode: 0o600 })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}

/**
 * The text of a program that registers the resources of a state with their inputs as literals: same
 * names, parents, dependencies and typed classes.
 * @param resources of `pulumi stack export --show-secrets`
 */
export function literalProgram(resources: Json[]): string {
  const own = resources.filter(({ type }) => !/^pulumi:(providers:|pulumi:Stack)/.test(type))
  const variables = new Map(own.map(({ urn }, n) => [urn as string, `r${n}`]))
  const customs = new Set<string>(own.filter(({ custom }) => custom).map(({ type }) => type))
  const classes = new Map([...customs].map((type, n) => [type, `C${n}`]))
  const outputs = resources.find(({ type }) => type === 'pulumi:pulumi:Stack').outputs
  return [
    "import * as pulumi from '@pulumi/pulumi'",
    ...[...classes].map(([type, local]) => {
      const { module, name } = exported(type)
      return `import { ${name} as ${local} } from '${module}'`
    }),
    ...own.map((resource) => {
      const { urn, type, custom, inputs = {} } = resource
      const name = JSON.stringify(urn.split('::').at(-1))
      const made = custom
        ? `new ${classes.get(type)}(${name}`
        : `new pulumi.ComponentResource(${JSON.stringify(type)}, ${name}`
      return `const ${variables.get(urn)} = ${made}, ${literal(inputs)}, ${options(resource, variables)})`
    }),
    ...Object.entries(outputs).map(([name, value]) => `export const ${name} = ${literal(value)}`),
    '',
  ].join('\n')
}

function options(resource: Json, variables: Map<string, string>): string {
  const of = (urn: string) => variables.get(urn)
  const dependsOn = (resource.dependencies ?? []).map(of).filter(Boolean)
  const given = [
    of(resource.parent) && `parent: ${of(resource.parent)}`,
    of(resource.deletedWith) && `deletedWith: ${of(resource.deletedWith)}`,
    resource.protect && 'protect: true',
    `dependsOn: [${dependsOn.join(', ')}]`,
  ]
  return `{ ${given.filter(Boolean).join(', ')} }`
}

/** Where an SDK has the class of a type: `tls:index/privateKey:PrivateKey`, `command:remote:Command`. */
function exported(type: string): { module: string; name: string } {
  const [sdk, path = '', name = ''] = type.split(':')
  const file = path.startsWith('index/')
    ? path.slice('index/'.length)
    : `${path}/${name[0]!.toLowerCase()}${name.slice(1)}`
  return { module: `@pulumi/${sdk}/${file}.js`, name }
}

/** A value of the state as JavaScript. */
function literal(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (value[SIGNATURE] === SECRET) return `pulumi.secret(${literal(JSON.parse(value.plaintext))})`
  if (value[SIGNATURE] === ASSET) return `new pulumi.asset.FileAsset(${JSON.stringify(value.path)})`
  const fields = Object.entries(value).filter(([name]) => name !== '__defaults')
  return `{ ${fields.map(([name, each]) => `${JSON.stringify(name)}: ${literal(each)}`).join(', ')} }`
}
