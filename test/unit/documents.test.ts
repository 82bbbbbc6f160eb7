/** The documents that people read, as Markdown. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const FILES = ['*.md', 'app/*.md', 'docs/*.md', 'examples/*.md']
const documents = execFileSync('git', ['ls-files', ...FILES], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n')

/** Headings, with the number of their line, that stand right under another line; those in code are none. */
function crowded(text: string): string[] {
  const lines = text.split('\n')
  let inCode = false
  return lines.flatMap((line, at) => {
    if (line.startsWith('```')) inCode = !inCode
    const isHeading = !inCode && /^#{1,6} /.test(line)
    return isHeading && at > 0 && lines[at - 1] !== '' ? [`${at + 1}: ${line}`] : []
  })
}

test('a heading under a line is found, and one in code is none', () => {
  expect(crowded('# a\n\nb\n## c\n\n```sh\n# d\n```\n\n### e\n')).toEqual(['4: ## c'])
})

test('there is a blank line before each heading', () => {
  expect(documents).toContain('docs/decisions.md')
  const found = documents.flatMap((name) =>
    crowded(readFileSync(join(ROOT, name), 'utf8')).map((one) => `${name}:${one}`),
  )
  expect(found).toEqual([])
})

/** Commands that hand a secret over as an argument, which everybody on that computer can read (ps). */
const spoken = (text: string): string[] =>
  text.match(/config set --secret (?:--path )?(?:'[^']*'|\S+) (?:[A-Z]{3,}|"\$\()/g) ?? []

test('a secret in a command line is found, and one that is asked for or read is none', () => {
  expect(
    spoken('`pulumi config set --secret token TOKEN`, `config set --secret a "$(b)"`'),
  ).toHaveLength(2)
  expect(spoken('`pulumi config set --secret token`; pulumi config set --secret a < b')).toEqual([])
})

test('no page and no message puts a secret into a command line', () => {
  const programs = execFileSync('git', ['ls-files', 'config', 'components', 'host', 'ops'], {
    ...{ cwd: ROOT, encoding: 'utf8' },
  })
  const files = [...documents, 'Pulumi.yaml', ...programs.trim().split('\n')]
  const found = files.flatMap((name) =>
    spoken(readFileSync(join(ROOT, name), 'utf8')).map((one) => `${name}: ${one}`),
  )
  expect(found).toEqual([])
})
