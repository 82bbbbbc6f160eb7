/** One step of `pulumi preview --json`. */
export interface Step {
  op: string
  urn: string
}

/** What of `pulumi preview --json` is needed here. */
export interface Preview {
  /** The stack's configuration as text, lists as JSON, by `project:key`. */
  config?: Record<string, string>
  steps?: Step[]
  /** Of a preview that fails. */
  diagnostics?: { message: string }[]
}

type Verb = 'replace' | 'delete'

/** What holds data or the site's service in production, and the consent that each loss needs. */
const GUARDED: { type: string; word: string; replace: Verb; loses: string }[] = [
  {
    type: 'digitalocean:index/droplet:Droplet',
    word: 'droplet',
    replace: 'replace',
    loses: 'what is on its disk',
  },
  // Its replacement is empty: that is a deletion by another name.
  {
    type: 'digitalocean:index/volume:Volume',
    word: 'volume',
    replace: 'delete',
    loses: 'its files',
  },
  ...['databaseCluster:DatabaseCluster', 'databaseDb:DatabaseDb'].map((type) => ({
    type: `digitalocean:index/${type}`,
    word: 'database',
    replace: 'delete' as const,
    loses: 'its data',
  })),
]

const KEYS: Record<Verb, string> = { replace: 'allowReplace', delete: 'allowDelete' }
const REPLACING = ['replace', 'create-replacement', 'delete-replaced']

/**
 * What a preview of a production stack would replace or delete without consent, each as a sentence
 * with the key that consents: `allowReplace: [droplet]`, `allowDelete: [volume, database]`. Empty
 * for a stack whose `environment` is not `Production`.
 *
 * This is no rule of the policy pack because a pack cannot see it: the engine shows an analyzer the
 * resources as they will be, never what becomes of the ones that are (proto/pulumi/analyzer.proto of
 * the Pulumi SDK). So `preview` calls it with the preview's JSON, and `plan save` with the plan's steps.
 */
export function withoutConsent(preview: Preview, project = 'padlock'): string[] {
  const config = preview.config ?? {}
  if (config[`${project}:environment`] !== 'Production') return []
  const messages = [...(preview.steps ?? []), ...refused(preview)].flatMap(({ op, urn }) => {
    const guarded = GUARDED.find(({ type }) => typeOf(urn) === type)
    const done: Verb | undefined = REPLACING.includes(op)
      ? 'replace'
      : op === 'delete'
        ? 'delete'
        : undefined
    if (!guarded || !done) return []
    const key = KEYS[done === 'replace' ? guarded.replace : 'delete']
    if (list(config[`${project}:${key}`]).includes(guarded.word)) return []
    return `This would ${done} the ${guarded.word} ${urn.split('::').at(-1)} in production, and ${guarded.loses} with it. If it is meant: pulumi config set --path '${key}[0]' ${guarded.word}`
  })
  return [...new Set(messages)]
}

/** The engine ends at a protected resource's replacement: without a step for it, nor a word of a key. */
function refused({ diagnostics = [] }: Preview): Step[] {
  return diagnostics.flatMap(({ message }) => {
    const urn = /unable to replace resource "([^"]+)"/.exec(message)?.[1]
    return urn ? [{ op: 'replace', urn }] : []
  })
}

/** The last type of a URN's chain: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function typeOf(urn: string): string | undefined {
  return urn.split('::')[2]?.split('$').at(-1)
}

function list(text: string | undefined): unknown[] {
  try {
    const value = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
