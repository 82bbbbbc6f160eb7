/** Replays recordings of a bridged plugin against its stand-in, step by step. */
import type { Json } from './messages.ts'
import type { Exchange } from './recorded-api.ts'
import {
  type Answer,
  normalise,
  type Recorded,
  readRecording,
  recordedAnswer,
  type StandIn,
} from './replay.ts'

/** What is not compared, and why. */
export interface LeaveOut {
  /** Matched against `STACK STEP METHOD TYPE::NAME`. */
  what: RegExp
  why: string
}

export interface Step {
  title: string
  stack: string
  lines: Recorded[]
  exchanges: Exchange[]
}

/**
 * The lines of recordings by stack and step, each with the API calls that were made in it.
 * @param files in the order in which things depend on each other; deletions go the other way round
 */
export function steps(
  plugin: string,
  files: string[],
  httpOf: Record<string, Exchange[]> = {},
): Step[] {
  const found = new Map<string, Step>()
  for (const line of files.flatMap((file) => readRecording(plugin, `${file}.jsonl`))) {
    const stack = line.stack ?? ''
    const title = `${stack} ${line.step}`
    const exchanges = (httpOf[stack] ?? []).filter((one) => one.step === line.step)
    const step = found.get(title) ?? { title, stack, lines: [], exchanges }
    if (line.method === 'Delete') step.lines.unshift(line)
    else step.lines.push(line)
    found.set(title, step)
  }
  return [...found.values()].sort((a, b) => (a.title < b.title ? -1 : 1))
}

/** Counts over all replays of a test file. */
export const tally = { compared: 0, same: 0, leftOut: new Map<string, number>() }

/** One difference: the call, where in its answer, what is recorded and what was given there. */
export type Difference = { call: string; at: string; recorded: unknown; given: unknown }

/**
 * Sends the lines of a step and lists what differs in the answers.
 * @param view takes the part of an answer that is recorded
 */
export async function differences(
  standIn: StandIn,
  step: Pick<Step, 'title' | 'lines'>,
  leaveOuts: LeaveOut[],
  substitute: (text: string) => string,
  view: (answer: Answer) => Answer = (answer) => answer,
): Promise<Difference[]> {
  const different: Difference[] = []
  for (const line of step.lines) {
    const name = String(line.request.urn ?? line.request.tok ?? '')
      .split('::')
      .slice(2)
      .join('::')
    const call = `${step.title} ${line.method} ${name}`
    const left = leaveOuts.find(({ what }) => what.test(call))
    if (left) {
      tally.leftOut.set(left.why, (tally.leftOut.get(left.why) ?? 0) + 1)
      continue
    }
    const request = normalise(line.request, (value) =>
      typeof value === 'string' ? substitute(value) : value,
    ) as Json
    const given = comparable(line, view(await standIn.call(line.method, request)))
    const recorded = comparable(line, view(recordedAnswer(line)))
    const places = differencesIn('', recorded, given)
    tally.compared += 1
    if (places.length === 0) tally.same += 1
    different.push(...places.map((place) => ({ call, ...place })))
  }
  return different
}

function differencesIn(at: string, recorded: unknown, given: unknown): Omit<Difference, 'call'>[] {
  if (JSON.stringify(recorded) === JSON.stringify(given)) return []
  if (!isMap(recorded) || !isMap(given)) return [{ at, recorded, given }]
  const names = new Set([...Object.keys(recorded), ...Object.keys(given)])
  return [...names].flatMap((name) => differencesIn(`${at}.${name}`, recorded[name], given[name]))
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An answer without what is left out of every comparison:
 * - `__pulumi_raw_state_delta`: how to get from outputs to the state of the wrapped Terraform provider;
 * - `_new_extra_shim` in the `__meta` of previews: raw planned values, for the same purpose;
 * - the seven digits of made-up names, which the real plugins take from a generator of their own;
 * - ids of requests, ports, and the time in ids of objects that have none;
 * - the order of failures in Check, which varies, and details of errors that were recorded as the engine logs them.
 */
function comparable(line: Recorded, answer: Answer): unknown {
  const inputs = answer.response?.inputs as Json | undefined
  const madeUp = line.method === 'Check' ? (inputs?.__defaults as string[] | undefined) : undefined
  if (answer.error && !line.error) answer.error = { ...answer.error, details: undefined }
  return sortMembers(
    normalise(answer, (value, key) => {
      if (key === '__pulumi_raw_state_delta') return undefined
      if (key === '__meta' && typeof value === 'string' && value.startsWith('{')) {
        return { ...JSON.parse(value), _new_extra_shim: undefined }
      }
      if (key === 'failures') return (value as Json[]).map((one) => one.reason).sort()
      if (typeof value !== 'string') return value
      if (madeUp?.includes(key)) return value.replace(/-[0-9a-f]{7}$/, '-<digits>')
      return value
        .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:<PORT>')
        .replaceAll(/\(request "[^"]+"\)/g, '(request "ID")')
        .replace(/-\d{24,}$/, '-<time>')
    }),
  )
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sortMembers(value[name])]),
  )
}

/** A line of `_diff_matrix.jsonl`: one changed input and the Diff answer. */
export interface MatrixLine extends Json {
  type: string
  /** STACK/NAME of the resource whose creation is the start. */
  from: string
  property: string
  change: string
  new?: unknown
  error?: string
}

/** The matrix as Diff calls, started from the recorded creations. */
export function matrixCalls(plugin: string): { type: string; line: Recorded }[] {
  const creations = new Map<string, Recorded>()
  const lines = readRecording<MatrixLine>(plugin, '_diff_matrix.jsonl')
  for (const file of new Set(lines.map(({ type }) => type))) {
    for (const line of readRecording(plugin, `${file}.jsonl`)) {
      if (line.method !== 'Create' || line.request.preview || line.step !== '2-up-create') continue
      const name = String(line.request.urn).split('::').pop()
      creations.set(`${file} ${line.stack}/${name}`, line)
    }
  }
  return lines.map((matrix) => {
    const { type, from, property, change, old: _old, new: value, error, ...response } = matrix
    const start = creations.get(`${type} ${from}`)!
    const news: Json = { ...(start.request.properties as Json) }
    if (change === 'remove') delete news[property]
    else if (change !== 'none') news[property] = value
    const urn = String(start.request.urn).replace(/^urn:pulumi:dev::[^:]*/, 'urn:pulumi:dev::p')
    const request = { urn, id: start.response?.id, olds: start.response?.properties, news }
    const step = `matrix ${from} ${property} ${change}`
    const answer = error ? { error: { code: 2, message: error } } : { response }
    return { type, line: { stack: '', step, method: 'Diff', request: request as Json, ...answer } }
  })
}

/** A Diff answer as the matrix has it. */
export function asMatrix(answer: Answer): Answer {
  if (!answer.response) return answer
  const { changes, diffs, replaces, deleteBeforeReplace, detailedDiff } = answer.response
  return { response: { changes, diffs, replaces, deleteBeforeReplace, detailedDiff } }
}
