import { dollars } from './cost.ts'
import type { Difference } from './difference.ts'
import { dropletInWords, type HostSoftware, packageInWords, unitInWords } from './host-software.ts'
import type { Report } from './report.ts'
import { EFFECTS, summary } from './summary.ts'
import { effectOf, found } from './violation.ts'
import { contrast, visible } from './visible.ts'

const SIGNS = { create: '+', update: '~', replace: '±', delete: '-' } as const

/** For a terminal or a job's log: the same in plain text, the whole diff last and uncut. */
export function text(report: Report): string {
  const { headline, budget, changes, security, cost } = report
  const paid = cost.lines.filter(({ before, after }) => before !== after)
  return [
    `${report.stack}: ${visible(headline.text)}`,
    summary(report),
    ...(budget?.exceeded ? [`${budget.exceeded}.`] : []),
    ...section(
      'Errors',
      report.errors.map((each) => visible(each)),
    ),
    ...section(
      'Warnings',
      report.warnings.map((each) => visible(each)),
    ),
    ...section(
      'Policies',
      report.policies.map(
        (one) =>
          `${effectOf(one)} ${one.rule}${one.resource ? ` at ${visible(one.resource)}` : ''}: ${visible(found(one))}`,
      ),
    ),
    ...section(
      'Changes',
      changes.flatMap(({ operation, kind, name, dangerous, retained, differences }) => [
        `${dangerous ? '!' : ' '} ${SIGNS[operation]} ${kind} ${visible(name)}${retained ? ' (stays in the account)' : ''}`,
        ...differences.map((one) => `      ${line(one)}`),
      ]),
    ),
    ...section('Host software', report.hostSoftware ? softwareLines(report.hostSoftware) : []),
    ...section(
      'Security',
      security.map(({ effect, topic, text }) => `${EFFECTS[effect]} ${visible(text)} (${topic})`),
    ),
    ...section(
      'Cost, dollars a month',
      paid.map(
        ({ resource, before, after, note }) =>
          `${visible(resource)}: ${amount(before)} → ${amount(after)} (${visible(note)})`,
      ),
    ),
    ...section('The whole diff', report.diff),
    '',
  ].join('\n')
}

function section(heading: string, lines: string[]): string[] {
  return lines.length > 0 ? ['', heading, ...lines.map((line) => `  ${line}`.trimEnd())] : []
}

function line({ path, old, new: after, replaces }: Difference): string {
  const [left, right] = contrast(old, after)
  if (old === undefined && after === undefined) {
    return `${visible(path)}: changed${replaces ? ' (replaces)' : ''}`
  }
  const value = (side: unknown, text: string) => (side === undefined ? 'none' : text || '""')
  return `${visible(path)}: ${value(old, left)} → ${value(after, right)}${replaces ? ' (replaces)' : ''}`
}

function softwareLines(software: HostSoftware): string[] {
  return [
    `${dropletInWords(software)}.`,
    ...software.packages.map((one) => visible(packageInWords(one))),
    ...software.units.map((one) => visible(unitInWords(one))),
  ]
}

const amount = (side: number | undefined) => (side === undefined ? 'unknown' : dollars(side))
