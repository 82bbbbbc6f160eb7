/**
 * The stand-in for `random` answers the official plugin's recordings.
 *
 * Left out on purpose: `__pulumi_raw_state_delta` (bookkeeping of the official plugin), and the
 * warning that `number` is deprecated, and the words in which Handshake is refused. Ids, random values and hashes are compared by their form.
 */
import bcrypt from 'bcryptjs'
import {
  type Answer,
  normalise,
  type Recorded,
  readRecording,
  recordedAnswer,
  type StandIn,
  startStandIn,
} from './replay.ts'

let random: StandIn
beforeAll(async () => {
  random = await startStandIn('random')
})
afterAll(() => random.stop())

const RANDOM_TEXTS = new Set(['result', 'bcryptHash', 'b64Std', 'b64Url', 'dec', 'hex', 'id'])

/** Keeps a random text's length; numbers vary in it. A prefix counts: any id may begin with one by chance. */
function comparable(answer: Answer): unknown {
  return normalise(answer, (value, key) => {
    if (key === '__pulumi_raw_state_delta') return undefined
    if (key === 'message' && String(value).includes('andshake')) return 'Handshake is refused'
    const text = (value as { value?: unknown })?.value ?? value
    if (!RANDOM_TEXTS.has(key) || typeof text !== 'string') return value
    const shown = key === 'dec' ? /^(x-)?\d+$/.test(text) : text.length
    return { random: shown, secret: typeof value === 'object', known: !text.startsWith('04da6b54') }
  })
}

describe.each(['_provider', 'RandomId', 'RandomPassword'])('%s', (file) => {
  const lines = readRecording<Recorded>('random', `${file}.jsonl`)
  test.each(
    lines.filter(({ method }) => method !== 'message').map((line, i) => [i, line] as const),
  )('%i', async (_, line) => {
    const answer = await random.call(line.method, line.request)
    expect({ step: line.step, answer: comparable(answer) }).toEqual({
      step: line.step,
      answer: comparable(recordedAnswer(line)),
    })
  })
})

const urn = 'urn:pulumi:dev::p::random:index/randomPassword:RandomPassword::p'

async function password(properties: Record<string, unknown>): Promise<Record<string, string>> {
  const { response } = await random.call('Create', { urn, properties })
  const made = response!.properties as Record<string, { value: string }>
  return { result: made.result!.value, bcryptHash: made.bcryptHash!.value }
}

test('a password holds what its inputs demand, and its hash fits', async () => {
  const { result, bcryptHash } = await password({
    length: 12,
    minLower: 2,
    minUpper: 3,
    minNumeric: 3,
    minSpecial: 4,
    overrideSpecial: '_',
  })
  expect(result!.replace(/[a-z]/g, 'a').split('').sort().join('')).toMatch(/^\d{3}[A-Z]{3}____aa$/)
  expect(bcryptHash).toMatch(/^\$2a\$10\$/)
  expect(await bcrypt.compare(result!, bcryptHash!)).toBe(true)
})

test('switched-off classes do not appear, and passwords differ', async () => {
  const made = await Promise.all(
    Array.from({ length: 4 }, () => password({ length: 16, special: false, upper: false })),
  )
  for (const { result } of made) expect(result).toMatch(/^[a-z0-9]{16}$/)
  expect(new Set(made.map(({ result }) => result)).size).toBe(4)
})

test('the four spellings of an id are the same bytes', async () => {
  const { response } = await random.call('Create', {
    urn: 'urn:pulumi:dev::p::random:index/randomId:RandomId::p',
    properties: { byteLength: 9 },
  })
  const { b64Std, b64Url, dec, hex } = response!.properties as Record<string, string>
  const bytes = Buffer.from(hex!, 'hex')
  expect(bytes).toHaveLength(9)
  expect([b64Std, b64Url]).toEqual([bytes.toString('base64'), bytes.toString('base64url')])
  expect(BigInt(dec!)).toBe(BigInt(`0x${hex}`))
})
