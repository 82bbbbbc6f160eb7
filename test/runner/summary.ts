import { isAbsolute, relative } from 'node:path'
import { root } from './command.ts'
import type { FileTime } from './count.ts'

/** What became of a step or a suite. */
export interface Outcome {
  name: string
  /** Undefined for a step that succeeded: it counts nothing. */
  passed?: number
  failed?: number
  /** Seconds after the start of the run. */
  from: number
  seconds: number
  files: FileTime[]
}

/** How many of the slowest files are told. */
const SLOWEST = 10

/** A module's name, as pytest reports it, stays as it is. */
const shown = (file: string) => (isAbsolute(file) ? relative(root, file) : file)
const column = (text: string | number, width: number) => `${text}`.padStart(width)

function line({ name, passed, failed, from, seconds }: Outcome): string {
  const counts = `${column(passed ?? '', 8)}${column(failed ?? '', 8)}`
  return `${column(Math.round(from), 6)}${column(seconds.toFixed(1), 9)}${counts}  ${name}`
}

/**
 * Where the time goes: a line a step and suite, in order of their start, then the slowest files.
 * Times of suites that ran side by side overlap.
 * @param seconds of the whole run
 */
export function summary(outcomes: Outcome[], seconds: number): string {
  const lines = outcomes.toSorted((a, b) => a.from - b.from).map(line)
  const slowest = outcomes
    .flatMap(({ files }) => files)
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST)
    .map(({ file, seconds }) => `${column(seconds.toFixed(1), 9)}  ${shown(file)}`)
  return [
    '  from  seconds  passed  failed',
    ...lines,
    `the whole run took ${Math.round(seconds)} s`,
    ...(slowest.length > 0 ? ['', '  seconds  slowest test files', ...slowest] : []),
  ].join('\n')
}

/** Where something was printed, which Jest writes below it. */
const PLACE = /^\s+at .*:\d+:\d+\)?$/

/** The last line with text in it, at most 100 characters of it. */
export function lastLine(text: string): string {
  const line = text.split('\n').findLast((each) => each.trim() && !PLACE.test(each)) ?? ''
  return line.trim().slice(0, 100)
}
