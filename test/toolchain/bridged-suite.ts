/** The tests that the stand-ins of both bridged plugins have to pass: every recorded answer, call by call. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  asMatrix,
  differences,
  type LeaveOut,
  matrixCalls,
  type Step,
  steps,
  tally,
} from './compare.ts'
import type { Exchange, RecordedApi } from './recorded-api.ts'
import { type Recorded, readRecording, type StandIn } from './replay.ts'

const RECORDINGS = join(import.meta.dirname, '..', 'fixtures', 'recordings')
const WITHOUT_API = 'the API was not recorded and cannot be told from the answer'
const OPERATIONS = ['Create', 'Update', 'Read', 'Delete']

export interface BridgedSuite {
  plugin: string
  /** Resource types, in the order in which they depend on each other. */
  types: string[]
  leaveOuts: LeaveOut[]
  /** Running from `beforeAll` on. */
  running(): { api: RecordedApi; standIn: StandIn }
  /** What the API has to answer for a line that was recorded without the API's side; undefined: cannot be told. */
  script(line: Recorded): Exchange[] | undefined
  /** The same for a function. */
  scriptFunction(line: Recorded): Exchange[]
  /** A shorter timeout for a call that would take long. */
  patience?(line: Recorded): { timeout?: number }
  /** What the API says to all else. */
  gone: Pick<Exchange, 'status' | 'response'>
  /** How many answers of the real plugin are compared. */
  expected: number
}

export function bridgedSuite(suite: BridgedSuite): void {
  const { plugin, types, leaveOuts } = suite
  const http = Object.fromEntries(
    readdirSync(join(RECORDINGS, plugin, 'http')).map((file) => [
      file.replace('.jsonl', ''),
      readRecording<Exchange>(plugin, 'http', file),
    ]),
  )
  let notScripted = 0
  const substitute = (text: string) =>
    text.replaceAll('127.0.0.1:<PORT>', `127.0.0.1:${suite.running().api.port}`)
  const compare = (step: Pick<Step, 'title' | 'lines'>, view?: typeof asMatrix) =>
    differences(suite.running().standIn, step, leaveOuts, substitute, view)

  describe('stacks: every call of every step, against the API as recorded', () => {
    const withApi = steps(plugin, [...types, '_errors'], http).filter(
      ({ stack }) => stack !== 'direct',
    )
    test.each(withApi.map((step) => [step.title, step] as const))('%s', async (_, step) => {
      const { api } = suite.running()
      api.load(step.exchanges)
      expect(await compare(step)).toEqual([])
      expect(api.strange).toEqual([])
      expect(api.missed()).toEqual([])
    })
  })

  describe('good and bad inputs, names, configuration', () => {
    const files = ['_checks', '_autonames', '_provider', '_errors']
    const direct = steps(plugin, files)
      .filter(({ stack }) => stack === 'direct')
      .map((step) => ({ ...step, lines: step.lines.filter((line) => !callsApi(line)) }))
      .filter(({ lines }) => lines.length)
    test.each(direct.map((step) => [step.title, step] as const))('%s', async (_, step) => {
      expect(await compare(step)).toEqual([])
    })
  })

  describe('failures of the API, and objects that are gone', () => {
    const lines = ['_errors', '_checks'].flatMap((file) => readRecording(plugin, `${file}.jsonl`))
    const told = lines
      .filter((line) => line.stack === 'direct' && callsApi(line))
      .map((line) => ({ line, exchanges: suite.script(line) }))
    const scripted = told.filter(({ exchanges }) => exchanges)
    notScripted = told.length - scripted.length
    const title = ({ line }: (typeof told)[number]) => `${line.step} ${line.method}`
    test.each(scripted.map((one) => [title(one), one] as const))(
      '%s',
      async (_, { line, exchanges }) => {
        suite.running().api.load(exchanges!, suite.gone)
        const request = { ...line.request, ...suite.patience?.(line) }
        const lines = [{ ...line, request }]
        expect(await compare({ title: `direct ${line.step}`, lines })).toEqual([])
      },
    )
  })

  describe('one changed input at a time', () => {
    test.each(types)('%s', async (type) => {
      const calls = matrixCalls(plugin).filter((call) => call.type === type)
      expect(calls.length).toBeGreaterThan(0)
      const found = calls.map(({ line }) => compare({ title: line.step, lines: [line] }, asMatrix))
      expect((await Promise.all(found)).flat()).toEqual([])
    })
  })

  describe('functions', () => {
    const lines = readRecording(plugin, 'functions.jsonl')
    test.each(lines.map((line) => [`${line.stack} ${line.step}`, line] as const))(
      '%s',
      async (title, line) => {
        suite.running().api.load(suite.scriptFunction(line), suite.gone)
        expect(await compare({ title, lines: [line] })).toEqual([])
      },
    )
  })

  test('everything that was to be compared was compared, and what is left out exists', () => {
    const left = [...tally.leftOut.values()].reduce((sum, count) => sum + count, 0)
    console.info(
      `${plugin}: ${tally.same} of ${tally.compared} recorded answers are the same; left out:`,
      { ...Object.fromEntries(tally.leftOut), [WITHOUT_API]: notScripted },
    )
    expect([...tally.leftOut.keys()].sort()).toEqual(leaveOuts.map(({ why }) => why).sort())
    expect(tally.compared + left + notScripted).toBe(suite.expected)
  })
}

function callsApi(line: Recorded): boolean {
  if (line.method === 'Invoke') return true
  if (!OPERATIONS.includes(line.method) || line.request.preview) return false
  return !line.error?.message.startsWith('diffing')
}
