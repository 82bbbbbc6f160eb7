import { isProtected } from '../config/protection.ts'
import { fromText } from '../config/text.ts'

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

interface Guarded {
  type: string
  /** The components that it is guarded in; absent for all. */
  within?: string[]
  word: string
  replace: Verb
  loses: string
}

/** What holds data or the site's service, and the consent that each loss needs. */
const GUARDED: Guarded[] = [
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
  // Snapshots, which another component has a bucket of, can be made again.
  {
    type: 'digitalocean:index/spacesBucket:SpacesBucket',
    within: ['padlock:index:SpacesBackups', 'padlock:index:SpacesCopy'],
    word: 'backups',
    replace: 'delete',
    loses: 'every backup in the bucket',
  },
  {
    type: 'random:index/randomPassword:RandomPassword',
    within: ['padlock:index:Backups'],
    word: 'backups',
    replace: 'delete',
    loses: 'the one passphrase that opens them',
  },
]

const KEYS: Record<Verb, string> = { replace: 'allowReplace', delete: 'allowDelete' }
const REPLACING = ['replace', 'create-replacement', 'delete-replaced']

/**
 * What a preview would replace or delete of a protected stack without consent, each as a sentence
 * with the key that consents: `allowReplace: [droplet]`, `allowDelete: [volume, database]`. Empty
 * for a stack that is not protected.
 *
 * This is no rule of the policy pack because a pack cannot see it: the engine shows an analyzer the
 * resources as they will be, never what becomes of the ones that are (proto/pulumi/analyzer.proto of
 * the Pulumi SDK). So `preview` calls it with the preview's JSON, and `plan save` with the plan's steps.
 */
export function withoutConsent(preview: Preview): string[] {
  const messages = [...(preview.steps ?? []), ...rejected(preview)].flatMap(({ op, urn }) => {
    const [type, parent] = typesOf(urn)
    const guarded = GUARDED.find(
      (one) => one.type === type && (one.within?.includes(parent ?? '') ?? true),
    )
    const done: Verb | undefined = REPLACING.includes(op)
      ? 'replace'
      : op === 'delete'
        ? 'delete'
        : undefined
    if (!guarded || !done) return []
    const setting = (key: string) => preview.config?.[`${projectOf(urn)}:${key}`] ?? ''
    if (!isProtected({ protect: setting('protect'), environment: setting('environment') }))
      return []
    const key = KEYS[done === 'replace' ? guarded.replace : 'delete']
    const consents = fromText(setting(key))
    if (Array.isArray(consents) && consents.includes(guarded.word)) return []
    return `This would ${done} the ${guarded.word} ${urn.split('::').at(-1)} of a protected stack, and ${guarded.loses} with it. If it is meant: pulumi config set --path '${key}[0]' ${guarded.word}`
  })
  return [...new Set(messages)]
}

/** The engine ends at a protected resource's replacement: without a step for it, nor a word of a key. */
function rejected({ diagnostics = [] }: Preview): Step[] {
  return diagnostics.flatMap(({ message }) => {
    const urn = /unable to replace resource "([^"]+)"/.exec(message)?.[1]
    return urn ? [{ op: 'replace', urn }] : []
  })
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`: the configuration's keys bear its project. */
function projectOf(urn: string): string | undefined {
  return urn.split('::')[1]
}

/** The types of the URN's chain, its own first. */
function typesOf(urn: string): string[] {
  return urn.split('::')[2]?.split('$').reverse() ?? []
}
