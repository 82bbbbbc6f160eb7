import { dollars } from './cost.ts'
import type { Difference } from './difference.ts'
import { dropletInWords, unitInWords } from './host-software.ts'
import { bytes, COMMENT_LIMIT, first, fitLines } from './limit.ts'
import type { Report } from './report.ts'
import { EFFECTS, summary } from './summary.ts'
import { effectOf, found } from './violation.ts'
import { contrast, short, visible } from './visible.ts'

/** How many rows and lines a part may have; the next where a comment would be too long. */
const SIZES = [60, 30, 12, 5]
/** Room for the marker by which whoever posts a comment finds it again. */
const RESERVE = 512
/** A whole diff in fewer bytes is no use. */
const LEAST = 200

/**
 * A comment for a pull request: what matters first, the whole diff folded away.
 * @param limit bytes
 */
export function markdown(report: Report, limit = COMMENT_LIMIT - RESERVE): string {
  for (const most of SIZES) {
    const text = body(report, most)
    if (report.diff.length === 0 && bytes(text) <= limit) return text
    const fence = fenceFor(report.diff)
    const frame = (lines: string[]) => `${text}\n${folded(fence, lines)}`
    const room = limit - bytes(frame([]))
    if (room >= LEAST) return frame(fitLines(report.diff, room))
  }
  return `### ${title(report)}\n\nToo long for a comment: ./padlock preview --format text\n`
}

function body(report: Report, most: number): string {
  const parts = [
    `### ${title(report)}`,
    escaped(summary(report)),
    report.budget?.exceeded && `**${escaped(report.budget.exceeded)}.**`,
    messages('Errors', report.errors, most),
    messages('Warnings', report.warnings, most),
    policies(report, most),
    changesTable(report, most),
    hostSoftware(report, most),
    security(report, most),
    costTable(report, most),
    report.changes.length > 0 && `\`\`\`mermaid\n${report.picture}\n\`\`\``,
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function title({ stack, headline }: Report): string {
  return `${code(short(stack))}: ${escaped(headline.text)}`
}

function messages(heading: string, texts: string[], most: number): string {
  if (texts.length === 0) return ''
  const { shown, left } = first(texts, most)
  const lines = shown.map((text) => `- ${escaped(short(text, 600))}`)
  return [`#### ${heading}`, '', ...lines, ...more(left, '- ')].join('\n')
}

function policies({ policies: violations }: Report, most: number): string {
  if (violations.length === 0) return ''
  const { shown, left } = first(violations, most)
  const lines = shown.map((one) => {
    const where = one.resource ? ` at ${code(short(one.resource))}` : ''
    return `- **${effectOf(one)}** ${code(one.rule)}${where}: ${escaped(short(found(one), 600))}`
  })
  return ['#### Policies', '', ...lines, ...more(left, '- ')].join('\n')
}

function changesTable({ changes, headline }: Report, most: number): string {
  if (changes.length === 0) return ''
  const rows = changes.flatMap((change) => {
    const name = code(short(change.name))
    const verb = change.dangerous ? `**${change.operation}**` : change.operation
    const what = `${verb} | ${change.kind} ${name}${change.retained ? ' (stays in the account)' : ''}`
    if (change.differences.length === 0) return [`| ${what} | | | |`]
    return change.differences.map(
      (one, index) => `| ${index === 0 ? what : ' |'} | ${cells(one)} |`,
    )
  })
  const { shown, left } = first(rows, most)
  return [
    `| | resource | property | ${headline.kind === 'drift' ? 'in the state | in reality' : 'old | new'} |`,
    '|---|---|---|---|---|',
    ...shown,
    ...(left > 0 ? [`| | … ${left} more rows | | | |`] : []),
  ].join('\n')
}

function cells({ path, old, new: after, replaces }: Difference): string {
  const [left, right] = contrast(old, after)
  const value = (side: unknown, text: string) => (side === undefined ? '' : code(text || '""'))
  return `${code(short(path))}${replaces ? ' (replaces)' : ''} | ${value(old, left)} | ${value(after, right)}`
}

function hostSoftware({ hostSoftware: software }: Report, most: number): string {
  if (!software) return ''
  const packages = software.packages.map(
    ({ name, before, after }) =>
      `| ${code(short(name))} | ${before ? code(short(before)) : ''} | ${after ? `${code(short(after))}${before ? '' : ' (installed)'}` : '**purged**'} |`,
  )
  const { shown, left } = first(packages, most)
  const units = software.units.map((one) => escaped(unitInWords(one))).join(', ')
  return [
    '#### Host software',
    '',
    `${dropletInWords(software)}.${units ? ` It ${units}.` : ''}`,
    ...(shown.length > 0 ? ['', '| package | from | to |', '|---|---|---|', ...shown] : []),
    ...(left > 0 ? [`| … ${left} more | | |`] : []),
  ].join('\n')
}

function security({ security: findings, headline }: Report, most: number): string {
  if (findings.length === 0) return ''
  const { shown, left } = first(findings, most)
  return [
    headline.kind === 'drift' ? '#### Security: done behind the stack’s back' : '#### Security',
    '',
    ...shown.map(
      ({ effect, topic, text }) => `- **${EFFECTS[effect]}** ${escaped(text)} _(${topic})_`,
    ),
    ...more(left, '- '),
  ].join('\n')
}

/** Only where something of it changes; the sum stands in the first line. */
function costTable({ cost }: Report, most: number): string {
  if (!cost.lines.some(({ before, after }) => before !== after)) return ''
  const amount = (dollarsAMonth: number | undefined) =>
    dollarsAMonth === undefined ? 'unknown' : dollars(dollarsAMonth)
  const rows = cost.lines.map(({ resource, before, after, note }) => {
    const difference =
      before === undefined || after === undefined ? 'unknown' : dollars(after - before, true)
    return `| ${code(short(resource))} | ${amount(before)} | ${amount(after)} | ${difference} | ${escaped(note)} |`
  })
  const { shown, left } = first(rows, most)
  return [
    '| dollars a month | before | after | difference | |',
    '|---|--:|--:|--:|---|',
    ...shown,
    ...(left > 0 ? [`| … ${left} more | | | | |`] : []),
  ].join('\n')
}

function folded(fence: string, lines: string[]): string {
  return [
    '<details><summary>The whole diff</summary>',
    '',
    `${fence}diff`,
    ...lines,
    fence,
    '',
    '</details>',
    '',
  ].join('\n')
}

const more = (left: number, before: string) => (left > 0 ? [`${before}… ${left} more`] : [])

/** Longer than any run of backticks inside (CommonMark 4.5). */
function fenceFor(lines: string[]): string {
  return '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1))
}

/** A code span (CommonMark 6.1) that also stands in a table, where a pipe ends the cell (GFM 4.10). */
function code(text: string): string {
  const ticks = '`'.repeat(longestRun(text) + 1)
  const space = /^`|`$|^ .* $/.test(text) || text === '' ? ' ' : ''
  return `${ticks}${space}${text.replaceAll('|', '\\|')}${space}${ticks}`
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

/** Plain words: no markup (CommonMark 2.4), no formula between dollars, nobody called by an @name. */
function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>|~#$]/g, '\\$&')
    .replace(/(?<!\w)@(?=\w)/g, '@\u2060')
}
