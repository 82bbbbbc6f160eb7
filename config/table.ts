import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const START = '<!-- configuration: npm run readme -->'
const END = '<!-- /configuration -->'

interface Key {
  type: string
  description: string
  default: unknown
}

/** The configuration keys of Pulumi.yaml as a Markdown table. */
function configurationTable(): string {
  const project = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'))
  const keys: [string, Key][] = Object.entries(project.config)
  const rows = keys.map(
    ([name, key]) => `| \`${name}\` | ${key.type} | ${shown(key)} | ${key.description.trim()} |`,
  )
  return ['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function shown({ default: value }: Key): string {
  if (value === '' || JSON.stringify(value) === '[]' || JSON.stringify(value) === '{}') return ''
  return Array.isArray(value) ? value.map((item) => `\`${item}\``).join(', ') : `\`${value}\``
}

/** The README with its table as it must be. */
export function readmeWithTable(readme: string): string {
  const [before, rest] = readme.split(START)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error(`README.md lacks ${START} … ${END}`)
  return `${before}${START}\n${configurationTable()}\n${END}${after}`
}

if (import.meta.main) {
  const path = join(root, 'README.md')
  writeFileSync(path, readmeWithTable(readFileSync(path, 'utf8')))
}
