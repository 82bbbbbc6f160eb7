/** Reports of previews that the engine makes now; test/unit/report has those that were recorded. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchPrices } from '../../../ops/preview/sizes.ts'
import { json } from '../../../ops/report/json.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import { readPreview } from '../../../ops/report/preview.ts'
import { type Prices, pricesOf } from '../../../ops/report/prices.ts'
import { type Report, report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import { root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const fixture = (path: string) => readFileSync(join(root, 'test/fixtures', path), 'utf8')
let sandbox: Sandbox
let stack: Stack
let prices: Prices
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  await stack.up()
  prices = await fetchPrices(sandbox.file.digitalocean.url, sandbox.credentials.digitalocean.token)
})
afterAll(() => sandbox.stop())

async function live(command: string): Promise<Report> {
  const { stdout } = await stack.run(command)
  return report(readPreview(stdout, command), { prices })
}

/** What does not depend on this run's ports and names. */
const essence = ({ headline, counts, changes, cost }: Report) => ({
  headline,
  counts,
  cost,
  changes: changes.map(({ operation, kind, name, dangerous }) => [
    operation,
    kind,
    name,
    dangerous,
  ]),
})

test('the saved prices are those of the API', () => {
  expect(pricesOf(JSON.parse(fixture('prices.json')).sizes)).toEqual(prices)
})

test.each<[string, Record<string, unknown>]>([
  ['no-change', {}],
  ['size', { size: 's-1vcpu-2gb' }],
  ['image', { image: '12345' }],
  ['allowed-emails', { allowedEmails: ['ada@example.com', 'grace@example.com'] }],
])('%s: the engine says what it said when it was recorded', async (name, settings) => {
  const undo = stack.set(settings)
  const found = await live('preview --json --show-sames')
  undo()
  const recorded = readPreview(fixture(`previews/${name}.json`), name)
  expect(essence(found)).toEqual(essence(report(recorded, { prices })))
})

test('no secret of the stack is in a report of its end, in any format', async () => {
  const secrets = Object.entries(await stack.secrets())
  expect(secrets.length).toBeGreaterThan(5)
  const found = await live('destroy --preview-only --json')
  expect(found.headline.text).toMatch(/^Destroys the whole deployment: 31 resources/)
  for (const format of [markdown, text, json]) {
    const written = format(found)
    for (const [where, secret] of secrets) {
      const inJson = JSON.stringify(secret).slice(1, -1)
      expect([where, written.includes(secret), written.includes(inJson)]).toEqual([
        where,
        false,
        false,
      ])
    }
  }
})
