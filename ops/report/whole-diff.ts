import { createTwoFilesPatch } from 'diff'
import { stringify } from 'yaml'
import type { Change } from './changes.ts'
import { mask } from './mask.ts'
import type { Properties } from './preview.ts'
import type { Resource } from './resources.ts'
import { short } from './visible.ts'

/** Longest line of a diff, characters. */
const LONGEST = 200

/** Every changed resource as a unified diff of its inputs, in the table's order; secrets masked. */
export function wholeDiff(changes: Change[], all: Resource[]): string[] {
  const byUrn = new Map(all.map((one) => [one.urn, one]))
  return changes.flatMap((change, index) => {
    const one = byUrn.get(change.urn)
    return one ? [...(index > 0 ? [''] : []), ...resourceDiff(change, one)] : []
  })
}

function resourceDiff(change: Change, one: Resource): string[] {
  const title = `${change.operation} ${one.type} ${one.name}`
  const patch = createTwoFilesPatch('', '', yaml(one.old), yaml(one.new), '', '', { context: 2 })
  // The first four lines name the files, and there are none.
  const lines = patch.split('\n').slice(4)
  const hidden = change.differences
    .filter(({ old, new: after }) => old !== undefined && old === after)
    .map(({ path }) => `  ${path}: differs, and is a secret`)
  return [
    `# ${short(title, LONGEST)}`,
    ...hidden,
    ...lines
      .filter((line) => line !== '' && !line.startsWith('\\ No newline'))
      .map((line) => `${line.charAt(0)}${indented(line.slice(1))}`),
  ]
}

function yaml(inputs: Properties | undefined): string {
  return inputs ? stringify(mask(inputs), { lineWidth: 0, sortMapEntries: true }) : ''
}

/** A line without its invisible characters, cut, its indentation kept. */
function indented(line: string): string {
  const [, space = '', rest = ''] = /^( *)(.*)$/s.exec(line) ?? []
  return `${space}${short(rest, LONGEST)}`
}
