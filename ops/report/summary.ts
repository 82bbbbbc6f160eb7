import { costInWords } from './cost.ts'
import type { Report } from './report.ts'

const WORDS: [keyof Report['counts'], string][] = [
  ['delete', 'deleted'],
  ['replace', 'replaced'],
  ['update', 'updated'],
  ['create', 'created'],
]

/** `8 replaced, 1 updated. Cost: $6.00 a month, as before.` */
export function summary(report: Report): string {
  const counted = WORDS.flatMap(([operation, word]) =>
    report.counts[operation] > 0 ? [`${report.counts[operation]} ${word}`] : [],
  )
  const cost = report.headline.kind === 'failed' ? [] : [`Cost: ${costInWords(report.cost)}.`]
  return [...(counted.length > 0 ? [`${counted.join(', ')}.`] : []), ...cost].join(' ')
}

/** What a finding does, in a word. */
export const EFFECTS = { opens: 'Opens', changes: 'Changes', closes: 'Closes' } as const
