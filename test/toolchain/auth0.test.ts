import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSigned } from './certificate.ts'
import { asMatrix, differences, type LeaveOut, matrixCalls, steps, tally } from './compare.ts'
import { type Exchange, type RecordedApi, startRecordedApi } from './recorded-api.ts'
import { readRecording, type StandIn, startStandIn } from './replay.ts'

const RECORDINGS = join(import.meta.dirname, '..', 'fixtures', 'recordings', 'auth0')
const TYPES = ['Client', 'ClientCredentials', 'Connection', 'ConnectionClient']
const LEAVE_OUTS: LeaveOut[] = []
const http: Record<string, Exchange[]> = Object.fromEntries(
  readdirSync(join(RECORDINGS, 'http')).map((file) => [
    file.replace('.jsonl', ''),
    readRecording<Exchange>('auth0', 'http', file),
  ]),
)
const TOKEN: Exchange = { step: '', method: 'POST', url: '/oauth/token', status: 200, response: { access_token: 'made-up-token' } }

let api: RecordedApi
let standIn: StandIn
let folder: string
const substitute = (text: string) => text.replaceAll('127.0.0.1:<PORT>', `127.0.0.1:${api.port}`)

beforeAll(async () => {
  const tls = await selfSigned()
  folder = mkdtempSync(join(tmpdir(), 'auth0-'))
  writeFileSync(join(folder, 'ca.pem'), tls.cert)
  api = await startRecordedApi(tls)
  standIn = await startStandIn('auth0', { env: { SSL_CERT_FILE: join(folder, 'ca.pem') } })
  const args = { domain: `127.0.0.1:${api.port}`, clientId: 'mgmt', clientSecret: 's3cret' }
  await standIn.call('Configure', { args })
  api.load([TOKEN])
  await standIn.call('Read', {urn: 'urn:pulumi:dev::p::auth0:index/client:Client::c', id: 'x'})
})
afterAll(async () => {
  await standIn.stop()
  await api.stop()
  rmSync(folder, { recursive: true })
  console.log(tally)
})
describe('stacks', () => {
  for (const step of steps('auth0', TYPES, http)) {
    test(step.title, async () => {
      api.load(step.exchanges)
      expect(await differences(standIn, step, LEAVE_OUTS, substitute)).toEqual([])
      expect(api.strange).toEqual([])
      expect(api.missed(/./)).toEqual([])
    }, 30000)
  }
})
for (const file of ['_checks','_autonames','_provider']) describe(file, () => { for (const step of steps('auth0', [file])) test(step.title, async () => { expect(await differences(standIn, {...step,lines:step.lines.filter(l=>!['Create','Update','Read','Delete'].includes(l.method)||l.request.preview)}, LEAVE_OUTS, substitute)).toEqual([]) }) })
describe('matrix', () => {
  for (const { type, line } of matrixCalls('auth0')) {
    test(`${type} ${line.step}`, async () => {
      expect(await differences(standIn, { title: line.step, lines: [line] }, LEAVE_OUTS, substitute, asMatrix)).toEqual([])
    })
  }
})
