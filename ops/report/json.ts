import type { Report } from './report.ts'

/** The report for programs: its fields as in report.ts, secrets masked. */
export function json(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
