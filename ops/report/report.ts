import { type Change, changes } from './changes.ts'
import { type Cost, cost, overBudget } from './cost.ts'
import { type Headline, headline, kindOf } from './headline.ts'
import { type HostSoftware, hostSoftware } from './host-software.ts'
import { mask, maskText } from './mask.ts'
import { picture } from './picture.ts'
import type { Preview } from './preview.ts'
import type { Prices } from './prices.ts'
import { isComponent, isProvider, resources } from './resources.ts'
import type { Finding } from './security/finding.ts'
import { security } from './security/index.ts'
import { found as foundBy, inOrder, stops, type Violation } from './violation.ts'
import { wholeDiff } from './whole-diff.ts'

/** All that a report says, masked; the formats only lay it out. */
export interface Report {
  stack: string
  headline: Headline
  /** How many resources are created, updated, replaced, deleted; components left out. */
  counts: Record<Change['operation'], number>
  errors: string[]
  warnings: string[]
  /** What policies stop or advise. */
  policies: Violation[]
  changes: Change[]
  /** Absent where the host's packages stay as they are, or go with the host. */
  hostSoftware?: HostSoftware
  security: Finding[]
  cost: Cost
  budget?: { dollars: number; exceeded?: string }
  /** Mermaid. */
  picture: string
  /** Lines of a unified diff. */
  diff: string[]
}

export interface Options {
  /** Absent: the cost of droplets is unknown. */
  prices?: Prices
  /** Dollars a month that the stack may cost. */
  budget?: number
  /** Its name, where the preview is of no resource. */
  stack?: string
  /** What the policies say of it. */
  violations?: Violation[]
}

/** The report of a preview: of the same preview and prices the same, whatever the time or place. */
export function report(preview: Preview, options: Options = {}): Report {
  const all = resources(preview)
  const policies = inOrder(options.violations ?? []).map(spoken)
  const refusals = policies.filter(stops)
  // The engine's sum of a preview that only the policies stop.
  const errors = messages(preview, 'error').filter(
    (text, _, list) => !(refusals.length > 0 && list.length === 1 && text === 'preview failed'),
  )
  const refreshed = (preview.steps ?? []).some(({ op }) => op === 'refresh')
  const kind = kindOf(all, { failed: errors.length > 0, refused: refusals.length > 0, refreshed })
  const listed = changes(all)
  const found = cost(all, options.prices, preview.changeSummary?.same ?? 0)
  const exceeded =
    options.budget === undefined || kind === 'failed'
      ? undefined
      : overBudget(found, options.budget)
  const software = hostSoftware(all)
  const change = { resources: all.map(masked), config: preview.config ?? {} }
  return {
    stack: all[0]?.urn.split('::')[0]?.split(':')[2] ?? options.stack ?? '',
    headline: headline(change, kind, kind === 'refused' ? refusals.map(reason) : errors),
    counts: counts(listed, all),
    errors,
    warnings: messages(preview, 'warning'),
    policies,
    changes: listed,
    ...(software && { hostSoftware: software }),
    // What a whole deployment opens goes with it.
    security: kind === 'destroy' ? [] : security(change),
    cost: found,
    ...(options.budget !== undefined && {
      budget: { dollars: options.budget, ...(exceeded && { exceeded }) },
    }),
    picture: picture(all),
    diff: wholeDiff(listed, all),
  }
}

function counts(listed: Change[], all: ReturnType<typeof resources>): Report['counts'] {
  const real = new Set(
    all.filter((one) => !isComponent(one) && !isProvider(one)).map(({ urn }) => urn),
  )
  const of = (operation: Change['operation']) =>
    listed.filter((one) => one.operation === operation && real.has(one.urn)).length
  return {
    create: of('create'),
    update: of('update'),
    replace: of('replace'),
    delete: of('delete'),
  }
}

type Resource = ReturnType<typeof resources>[number]

/** Lines of plain words are made of masked values only. */
function masked(one: Resource): Resource {
  const properties = (value: Resource['old']) => value && (mask(value) as Resource['old'])
  return { ...one, old: properties(one.old), new: properties(one.new) }
}

/** The engine's messages without its prefix; the sum at the end of a failure says nothing new. */
function messages(preview: Preview, severity: string): string[] {
  return (preview.diagnostics ?? [])
    .filter((one) => one.severity === severity)
    .map(({ message }) => maskText(named(message.replace(/^(error|warning): /, '').trim())))
    .filter((text, index, list) => !(index > 0 && /^preview failed$/.test(text) && list.length > 1))
}

const spoken = (violation: Violation): Violation => ({
  ...violation,
  message: maskText(named(violation.message)),
})

const reason = (violation: Violation) => `${violation.rule}: ${foundBy(violation)}`

/** URNs by what a person calls them. */
function named(text: string): string {
  return text.replace(/"?urn:pulumi:[^\s"]+::([^\s"]+)::([^\s":]+)"?/g, (_urn, types, name) => {
    const kind = String(types).split(/[$:]/).at(-1)
    return `${kind} ${name}`
  })
}
