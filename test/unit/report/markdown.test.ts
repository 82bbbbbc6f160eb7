import { COMMENT_LIMIT } from '../../../ops/report/limit.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import type { Preview } from '../../../ops/report/preview.ts'
import { report } from '../../../ops/report/report.ts'
import { preview, prices, recording } from './fixtures.ts'

const FIREWALL = 'digitalocean:index/firewall:Firewall'
const rendered = (resources: Parameters<typeof preview>[0]) => markdown(report(preview(resources)))

/** More of everything than a comment holds: 2,000 firewalls with long values in several scripts. */
function huge(): Preview {
  const steps = Array.from({ length: 2000 }, (_, index) => {
    const rule = (word: string) => ({
      protocol: 'tcp',
      portRange: String(index + 1),
      sourceAddresses: [`${'漢字'.repeat(60)}${word}${index}`],
    })
    return preview({
      [FIREWALL]: {
        old: { inboundRules: [rule('old')] },
        new: { inboundRules: [rule('new')] },
        name: `${'a`|'.repeat(40)}${index}`,
      },
    }).steps?.[0]
  })
  const message = `error: ${'long words '.repeat(2000)}`
  return {
    steps: steps.flatMap((step) => (step ? [step] : [])),
    diagnostics: Array.from({ length: 300 }, () => ({ severity: 'error', message })),
  }
}

test('a huge diff keeps to the size of a comment, and says what is left out', () => {
  const text = markdown(report(huge()))
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COMMENT_LIMIT)
  expect(text.length).toBeGreaterThan(COMMENT_LIMIT / 4)
  expect(text).toMatch(/… \d+ more lines: \.\/padlock preview --format text\n`{3,}\n/)
  expect(text).toMatch(/^### `dev`: The preview fails/)
  expect(text.trimEnd().endsWith('</details>')).toBe(true)
})

test('even a very small limit leaves the headline', () => {
  const text = markdown(report(recording('everything'), { prices }), 600)
  expect(text).toMatch(/^### `dev`: Replaces the droplet/)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(600)
})

test('a value cannot leave its cell, call anybody or hide anything', () => {
  const text = rendered({
    'padlock:index:Release': {
      old: { env: { GREETING: 'a' } },
      new: { env: { GREETING: '`x` | **b** <img> @everybody\n\u202Eevil' } },
    },
  })
  expect(text).toContain('`` `x` \\| **b** <img> @everybody ⏎ \\u{202e}evil ``')
})

test('plain words carry no markup', () => {
  const text = markdown(
    report({
      steps: [],
      diagnostics: [{ severity: 'error', message: 'error: <b>*x*</b> [y](z) @team' }],
    }),
  )
  expect(text).toContain('\\<b\\>\\*x\\*\\</b\\> \\[y\\](z) @\u2060team')
})

test('the fence is longer than any in the diff', () => {
  const text = rendered({
    'padlock:index:Release': { old: { env: { A: '1' } }, new: { env: { A: '```\n</details>' } } },
  })
  expect(text).toMatch(/\n````diff\n[\s\S]*\n````\n\n<\/details>\n$/)
})
