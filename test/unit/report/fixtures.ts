import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Preview, PreviewStep, Properties } from '../../../ops/report/preview.ts'
import { type Prices, pricesOf } from '../../../ops/report/prices.ts'

const FIXTURES = join(__dirname, '..', '..', 'fixtures')
const PREVIEWS = join(FIXTURES, 'previews')

/** The changes that test/engine/support/record-previews.ts recorded with the real engine. */
export const recorded: string[] = readdirSync(PREVIEWS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''))
  .sort()

export function recording(name: string): Preview {
  return JSON.parse(readFileSync(join(PREVIEWS, `${name}.json`), 'utf8'))
}

/** What the simulator sells, as GET /v2/sizes gives it. */
export const prices: Prices = pricesOf(
  JSON.parse(readFileSync(join(FIXTURES, 'prices.json'), 'utf8')).sizes,
)

interface Options {
  old?: Properties
  new?: Properties
  /** Top-level properties that force a replacement. */
  replaces?: string[]
  /** Component around it. */
  within?: string
  name?: string
  /** Let go of where the engine would delete it. */
  retainOnDelete?: boolean
  /** URN of what it goes with. */
  deletedWith?: string
  /** Values of the engine's replacementTrigger. */
  triggers?: [before: string, after: string]
}

/** A preview of resources by their types, for what no recording shows. */
export function preview(resources: Record<string, Options>): Preview {
  return { steps: Object.entries(resources).map(([type, wished]) => step(type, wished)) }
}

/** `components/` around it as `Deployment$Host`; several of one type as `type#name`. */
function step(key: string, options: Options): PreviewStep {
  const { old, new: after, replaces, within, triggers, retainOnDelete, deletedWith } = options
  const [type = '', name = options.name ?? 'padlock-dev'] = key.split('#')
  const types = within?.split('$').map((each) => `padlock:index:${each}`) ?? []
  const chain = [...types, type].join('$')
  const same = JSON.stringify(old) === JSON.stringify(after)
  const change = replaces || triggers ? 'replace' : same ? 'same' : 'update'
  const names = Object.keys({ ...old, ...after })
  return {
    op: old && after ? change : old ? 'delete' : 'create',
    urn: `urn:pulumi:dev::padlock::${chain}::${name}`,
    ...(old && {
      oldState: {
        ...{ type, inputs: old },
        ...(triggers && { replacementTrigger: triggers[0] }),
        // As the engine writes them: absent where they are not set.
        ...(retainOnDelete && { retainOnDelete }),
        ...(deletedWith && { deletedWith }),
      },
    }),
    ...(after && {
      newState: { type, inputs: after, ...(triggers && { replacementTrigger: triggers[1] }) },
    }),
    // Of a replacement by its trigger the engine names no property.
    ...(old &&
      after &&
      !triggers && {
        diffReasons: names.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(after[key])),
      }),
    ...(replaces && { replaceReasons: replaces }),
  }
}
