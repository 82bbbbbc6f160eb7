import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { namespaced } from '../../../ops/engine/settings.ts'
import { type Ran, type Running, start } from './processes.ts'
import { compiled, environmentOf, type Json, root, type Sandbox } from './sandbox.ts'
import { withShortSleep } from './sleep.ts'

/** One step of a preview: what happens to a resource, components and providers left out. */
export interface Step {
  op: string
  type: string
  name: string
  /** Properties that differ, as far as the provider names them. */
  diff: string[]
}

export interface Stack {
  name: string
  /** Its settings, for commands that are not started here. */
  configFile: string
  /** Sets keys of the program (without `padlock:`), undefined for none; the answer sets them back. */
  set(settings: Record<string, unknown>): () => void
  /** A command of the engine on this stack, to its end. */
  run(command: string, environment?: Record<string, string>): Promise<Ran>
  /** The same, while it runs. */
  launch(command: string, environment?: Record<string, string>): Running
  /** `up` that must succeed. */
  up(flags?: string): Promise<Ran>
  /** The messages of a preview that must fail, without the engine's own around them. */
  mistakes(environment?: Record<string, string>): Promise<string[]>
  /** The steps of a preview, without those that change nothing. */
  preview(): Promise<Step[]>
  /** The state's resources, secrets left as they are kept. */
  state(): Promise<Json[]>
  outputs(): Promise<Record<string, string>>
  /** The state's secret texts by where they are; what is public of a connection left out. */
  secrets(): Promise<Record<string, string>>
  /** The file that the backend keeps, as it stands. */
  stateFile(): string
}

/**
 * A stack of the real program on a sandbox; nothing of it lies in the project's folder.
 * @param options.shortSleep the time to live of a record that moves is not waited for
 */
export async function openStack(
  sandbox: Sandbox,
  name: string,
  { shortSleep = false } = {},
): Promise<Stack> {
  const { dir } = sandbox
  const environment = await environmentOf(sandbox)
  if (shortSleep) environment.PATH = withShortSleep(sandbox, environment.PATH)

  const dev = settingsOf('Pulumi.dev.yaml')
  const settings: { config: Record<string, unknown> } = {
    ...dev,
    config: { ...dev.config, ...addresses(sandbox) },
  }
  // A folder that looks like the project to the engine, for the commands that know no --config-file.
  const project = join(dir, 'project', name)
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'Pulumi.yaml'), readFileSync(join(root, 'Pulumi.yaml')))
  const configFile = join(project, `Pulumi.${name}.yaml`)
  const save = () => writeFileSync(configFile, stringify(settings))
  save()

  const pulumi = (args: string[], cwd: string, more: Record<string, string> = {}) =>
    start('pulumi', [...args, '--non-interactive', '--color', 'never'], {
      cwd,
      env: {
        ...process.env,
        ...environment,
        NODE_COMPILE_CACHE: compiled,
        ...more,
      },
    })
  const made = await pulumi(['stack', 'init', name], project).done
  if (made.code !== 0) throw new Error(made.output)

  const stack: Stack = {
    name,
    configFile,
    set(changes) {
      const before = { ...settings.config }
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) delete settings.config[`padlock:${key}`]
        else settings.config[`padlock:${key}`] = value
      }
      save()
      return () => {
        settings.config = before
        save()
      }
    },
    launch(command, more) {
      const words = command.split(' ')
      const own = ['--stack', name]
      const operation = /^(up|preview|refresh|destroy|import)$/.test(words[0] ?? '')
      if (!operation) return pulumi([...words, ...own], project, more)
      return pulumi([...words, ...own, '--config-file', configFile], root, more)
    },
    run: (command, more) => stack.launch(command, more).done,
    async up(flags = '') {
      const ran = await stack.run(`up --yes --skip-preview ${flags}`.trim())
      if (ran.code !== 0) throw new Error(`up fails:\n${ran.output}`)
      return ran
    },
    async mistakes(more) {
      const { code, stdout } = await stack.run('preview --json', more)
      if (code === 0) throw new Error('the preview succeeds')
      const { diagnostics = [] } = JSON.parse(stdout)
      return diagnostics
        .filter(({ severity }: Json) => severity === 'error')
        .map(({ message }: Json) => message.replace(/^error: /, '').trimEnd())
    },
    async preview() {
      const ran = await stack.run('preview --json')
      if (ran.code !== 0) throw new Error(`preview fails:\n${ran.output}`)
      return steps(JSON.parse(ran.stdout))
    },
    async state() {
      const { stdout } = await stack.run('stack export')
      return JSON.parse(stdout).deployment.resources ?? []
    },
    async outputs() {
      const { stdout } = await stack.run('stack output --json --show-secrets')
      return JSON.parse(stdout)
    },
    async secrets() {
      const { stdout } = await stack.run('stack export --show-secrets')
      return secretsIn(JSON.parse(stdout).deployment.resources ?? [])
    },
    stateFile: () => readFileSync(join(dir, `state/.pulumi/stacks/padlock/${name}.json`), 'utf8'),
  }
  return stack
}

/** Settings of the project, each key with its prefix. */
export function settingsOf(file: string): { config: Record<string, unknown> } {
  const settings = parse(readFileSync(join(root, file), 'utf8'))
  return { ...settings, config: namespaced(settings.config, 'padlock') }
}

/** Owner id of the tests' stacks: seven hex digits, as a name that is made unique ends in. */
export const OWNER = 'abc1234'

/** What differs between this sandbox and the one that Pulumi.dev.yaml describes. */
export function addresses({ file }: Sandbox): Record<string, unknown> {
  return {
    'padlock:owner': OWNER,
    'digitalocean:apiEndpoint': file.digitalocean.url,
    'auth0:domain': file.auth0.domain,
    'padlock:sshPort': file.ports.ssh,
    'padlock:httpPort': file.ports.http,
    'padlock:httpsPort': file.ports.https,
    'padlock:acmeDirectory': file.acme.directory,
    'padlock:acmeRoot': file.ca,
    'padlock:dnsServer': `${file.dns.host}:${file.dns.port}`,
    'padlock:caddyRepository': {
      url: file.apt.url,
      suite: file.apt.suite,
      component: file.apt.component,
      key: file.apt.keyFile,
    },
    'padlock:auth0CustomDomain': file.auth0.customDomain,
    'padlock:appBaseImage': `${file.registry.host}/python:3-trixie`,
  }
}

function steps(preview: Json): Step[] {
  return preview.steps
    .map((step: Json) => ({
      op: step.op,
      type: step.urn.split('::')[2].split('$').at(-1),
      name: step.urn.split('::').at(-1),
      diff: (step.diffReasons ?? []).toSorted(),
    }))
    .filter(({ op, type }: Step) => op !== 'same' && !/^(padlock|pulumi):/.test(type))
}

/** Texts of at least 12 characters below a secret marker, by `resource.property`. */
function secretsIn(resources: Json[]): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (value: Json, where: string, secret: boolean) => {
    if (typeof value === 'string') {
      const open = /\.connection\.(host|hostKey|user)$/.test(where)
      if (secret && !open && value.length >= 12) found[where] = value
    } else if (typeof value?.plaintext === 'string') {
      visit(JSON.parse(value.plaintext), where, true)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) visit(each, `${where}.${key}`, secret)
    }
  }
  for (const { urn, inputs, outputs } of resources) {
    visit({ inputs, outputs }, urn.split('::').slice(2).join(' '), false)
  }
  return found
}

/** `op type name` of each step, in order: `update remote:Command padlock-dev`. */
export function brief(list: Step[]): string[] {
  return list.map(({ op, type, name }) => {
    const [package_, module = '', last] = type.split(':')
    return `${op} ${package_ === 'command' ? `${module}:` : ''}${last} ${name}`
  })
}
