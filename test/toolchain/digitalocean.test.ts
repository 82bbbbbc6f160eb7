import { asMatrix, type LeaveOut, differences, matrixCalls, steps, tally } from './compare.ts'
import { type Exchange, type RecordedApi, startRecordedApi } from './recorded-api.ts'
import { readRecording, type StandIn, startStandIn } from './replay.ts'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const RECORDINGS = join(import.meta.dirname, '..', 'fixtures', 'recordings', 'digitalocean')

const TYPES = ['Tag','SshKey','Domain','Droplet','ReservedIp','ReservedIpAssignment','DnsRecord','Firewall','Project']
const LEAVE_OUTS: LeaveOut[] = []

const http: Record<string, Exchange[]> = Object.fromEntries(
  readdirSync(join(RECORDINGS, 'http')).map((file) => [
    file.replace('.jsonl', ''),
    readRecording<Exchange>('digitalocean', 'http', file),
  ]),
)

let api: RecordedApi
let standIn: StandIn
const substitute = (text: string) => text.replaceAll('127.0.0.1:<PORT>', `127.0.0.1:${api.port}`)

beforeAll(async () => {
  api = await startRecordedApi()
  standIn = await startStandIn('digitalocean', {
    env: { DIGITALOCEAN_TOKEN: 'tok', DIGITALOCEAN_API_URL: `http://127.0.0.1:${api.port}` },
  })
  const args = { httpRetryMax: '1', httpRetryWaitMin: '0.1', httpRetryWaitMax: '0.2' }
  await standIn.call('Configure', { args })
})
afterAll(async () => {
  await standIn.stop()
  await api.stop()
  console.log(tally)
})

describe('stacks', () => {
  for (const step of steps('digitalocean', TYPES, http)) {
    test(step.title, async () => {
      api.load(step.exchanges)
      expect(await differences(standIn, step, LEAVE_OUTS, substitute)).toEqual([])
      expect(api.strange).toEqual([])
      expect(api.missed(/./)).toEqual([])
    }, 30000)
  }
})
for (const file of ['_checks','_autonames','_provider']) describe(file, () => { for (const step of steps('digitalocean', [file])) test(step.title, async () => { expect(await differences(standIn, {...step,lines:step.lines.filter(l=>!['Create','Update','Read','Delete'].includes(l.method)||l.request.preview)}, LEAVE_OUTS, substitute)).toEqual([]) }) })

describe('matrix', () => {
  for (const { type, line } of matrixCalls('digitalocean')) {
    test(`${type} ${line.step}`, async () => {
      expect(await differences(standIn, { title: line.step, lines: [line] }, LEAVE_OUTS, substitute, asMatrix)).toEqual([])
    })
  }
})
