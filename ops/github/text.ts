import type { Item, Receipt } from '../environments/receipt.ts'
import type { Environment } from '../environments/up.ts'

/** Dollars of an hour are small numbers. */
const CENTS = 4

const link = (run: string, words: string) => (run ? `[${words}](${run})` : words)
const thing = ({ kind, name, id }: Item) =>
  `${kind} \`${name.replaceAll('`', "'")}\`${id && id !== name ? ` (${id})` : ''}`

/** The comments and summaries about environments, in Markdown. */
export const text = {
  rising: (name: string, run: string) =>
    `### Environment \`${name}\`\n\nIs being brought up: ${link(run, 'follow the run')}.\n`,

  up: ({ name, url, expires, costPerHour, seconds }: Environment, commit: string) =>
    [
      `### Environment \`${name}\``,
      '',
      '| | |',
      '|---|---|',
      `| open | <${url}> |`,
      `| commit | ${commit} |`,
      `| expires | ${expires.replace('T', ' ').replace('Z', ' UTC')}, unless a push or \`/preview\` comes first; the label \`keep\` holds it |`,
      `| cost | $${costPerHour.toFixed(CENTS)} an hour |`,
      `| ready in | ${Math.round(seconds)} s |`,
      '',
      'Close the pull request, take the label `preview-env` off or comment `/preview down` to destroy it.',
      '',
    ].join('\n'),

  failed: (name: string, run: string) =>
    `### Environment \`${name}\`\n\n**It could not be brought up.** ${link(run, 'The run says why')}; a push or \`/preview\` tries again. What was made stays until then, and goes when the label goes.\n`,

  down: (receipt: Receipt, why: string) => {
    const { stack, removed, left, kept, seconds } = receipt
    const rows = removed.map((each) => `- ${thing(each)}, ${each.at}`)
    return [
      `### Environment \`${stack}\``,
      '',
      left.length === 0
        ? `Destroyed in ${Math.round(seconds)} s (${why}); the accounts were asked, and nothing is left.`
        : `**Not all of it is gone** (${why}). Left in the accounts:`,
      ...(left.length > 0 ? ['', ...left.map((each) => `- ${thing(each)}`)] : []),
      ...(kept ? ['', `It was not touched: ${kept}`] : []),
      '',
      `<details><summary>Removed: ${removed.length}</summary>`,
      '',
      ...rows,
      '',
      '</details>',
      '',
    ].join('\n')
  },

  fork: (what: string) =>
    `${what} is not done for a pull request from a fork: its code would run with the accounts' keys. Push the branch to this repository to get an environment.\n`,
}
