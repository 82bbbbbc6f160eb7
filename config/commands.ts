/** What runs of the app's image: commands and their limits. */
import * as v from 'valibot'
import { help } from './error.ts'
import * as texts from './texts.ts'

/** Words as a shell takes them apart: bare, in quotes, or with a backslash before a character. */
const WORDS = /^(?:[^'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+$/
const ALLOWED =
  'a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…"'
/** What the host takes where it is told nothing; no release is another one for it. */
export const HANG_SECONDS = 90
/** Of the web process, on one host. */
export const MOST_REPLICAS = 16
/** Less starts no interpreter within any time that somebody waits. */
const LEAST_CPUS = 0.1
const MOST_CPUS = 64

/** One line of words; whoever reads it on the host takes them apart (Python's shlex). */
export function command(example: string, fix = `pulumi config set {path} '${example}'`) {
  const say = help(ALLOWED, fix)
  return v.pipe(
    texts.text(say),
    v.check((line) => line.trim() !== '', say('is empty')),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: They are what is looked for.
    v.regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, say('is more than a line')),
    v.regex(WORDS, say('has a quote that is not closed')),
    v.regex(/^\s*(?!(?:''|"")(?:\s|$))/, say('begins with an empty word')),
  )
}

/** How many processors, as a number or its text. */
export function cpus(fix = 'pulumi config set {path} 0.5') {
  const say = help(`a number from ${LEAST_CPUS} to ${MOST_CPUS}, such as 0.5`, fix)
  return v.pipe(
    v.union([v.number(), v.string()], say('is not a number of processors')),
    v.transform(String),
    v.regex(/^\d{1,2}(\.\d{1,2})?$/, say('is not a number of processors')),
    v.transform(Number),
    v.minValue(LEAST_CPUS, say('is less than an app starts with')),
    v.maxValue(MOST_CPUS, say('is more than a droplet has')),
  )
}
