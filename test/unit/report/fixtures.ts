import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Preview, PreviewStep, Properties } from '../../../ops/report/preview.ts'
import { type Prices, pricesOf } from '../../../ops/report/prices.ts'

const FIXTURES = join(__dirname, '..', '..', 'fixtures')
const PREVIEWS = join(FIXTURES, 'previews')

/** The changes that test/engine/record-previews.ts recorded with the real engine. */
export const recorded: string[] = readdirSync(PREVIEWS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''))
  .sort()

export function recording(name: string): Preview {
  return JSON.parse(readFileSync(join(PREVIEWS, `${name}.json`), 'utf8'))
}

/** What the simulator sells, as GET /v2/sizes gives it. */
export const prices: Prices = pricesOf([
  JSON.parse(readFileSync(join(FIXTURES, 'prices.json'), 'utf8')),
])

interface Wished {
  old?: Properties
  new?: Properties
  /** Top-level properties that force a replacement. */
  replaces?: string[]
  /** Component around it. */
  within?: string
  name?: string
}

/** A preview of resources by their types, for what no recording shows. */
export function preview(resources: Record<string, Wished>): Preview {
  return { steps: Object.entries(resources).map(([type, wished]) => step(type, wished)) }
}

function step(type: string, { old, new: after, replaces, within, name }: Wished): PreviewStep {
  const chain = within ? `padlock:index:${within}$${type}` : type
  const same = JSON.stringify(old) === JSON.stringify(after)
  const change = same ? 'same' : replaces ? 'replace' : 'update'
  const names = Object.keys({ ...old, ...after })
  return {
    op: old && after ? change : old ? 'delete' : 'create',
    urn: `urn:pulumi:dev::padlock::${chain}::${name ?? 'padlock-dev'}`,
    ...(old && { oldState: { type, inputs: old } }),
    ...(after && { newState: { type, inputs: after } }),
    ...(old &&
      after && {
        diffReasons: names.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(after[key])),
      }),
    ...(replaces && { replaceReasons: replaces }),
  }
}
