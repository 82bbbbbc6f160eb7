import { randomInt } from 'node:crypto'
import type { RandomPasswordArgs } from '@pulumi/random'
import bcrypt from 'bcryptjs'
import { generated } from '../generated.ts'
import type { Values } from '../server/values.ts'

/** The classes of characters, by the inputs that switch them on and demand a number of them. */
const CLASSES = [
  { on: 'lower', least: 'minLower', characters: 'abcdefghijklmnopqrstuvwxyz' },
  { on: 'upper', least: 'minUpper', characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { on: 'numeric', least: 'minNumeric', characters: '0123456789' },
  { on: 'special', least: 'minSpecial', characters: '!@#$%&*()-_=+[]{}<>:?' },
] as const

/** `random.RandomPassword`. */
export const randomPassword = generated<RandomPasswordArgs>({
  inputs: {
    keepers: {},
    length: {},
    lower: { default: true },
    minLower: { default: 0 },
    minNumeric: { default: 0 },
    minSpecial: { default: 0 },
    minUpper: { default: 0 },
    number: {},
    numeric: {},
    overrideSpecial: {},
    special: { default: true },
    upper: { default: true },
  },
  outputs: ['bcryptHash', 'result'],
  secrets: ['bcryptHash', 'result'],
  meta: '{"schema_version":"3"}',
  fill(inputs) {
    // `number` is the old name of `numeric`: the state holds both, equal.
    const { number, numeric } = inputs
    if (number !== undefined && numeric !== undefined && number !== numeric) {
      throw new Error(
        '1 error occurred:\n\t* : Number and numeric are both configured with different values' +
          ' - Number is deprecated, use numeric instead\n\n',
      )
    }
    const either = numeric ?? number ?? true
    return { ...inputs, number: either, numeric: either }
  },
  validate: (inputs, name) => [...lengthFaults(inputs, name), ...classFaults(inputs, name)],
  generate(inputs) {
    const result = password(inputs)
    // Cost 10; the two prefixes name the same algorithm, and $2a$ is what Go's library writes.
    const bcryptHash = bcrypt.hashSync(result, 10).replace(/^\$2b\$/, '$2a$')
    return { id: 'none', outputs: { result, bcryptHash } }
  },
})

function password(inputs: Values): string {
  const classes = CLASSES.map((one) => ({
    least: Number(inputs[one.least]),
    characters:
      inputs[one.on] === false
        ? ''
        : (one.on === 'special' && String(inputs.overrideSpecial ?? '')) || one.characters,
  }))
  const picked = classes.flatMap(({ least, characters }) => pick(characters, least))
  const all = classes.map(({ characters }) => characters).join('')
  picked.push(...pick(all, Number(inputs.length) - picked.length))
  // Fisher-Yates: the demanded characters must not all stand in front.
  for (let i = picked.length - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    ;[picked[i], picked[j]] = [picked[j]!, picked[i]!]
  }
  return picked.join('')
}

function pick(characters: string, count: number): string[] {
  if (!characters) return []
  return Array.from({ length: count }, () => characters[randomInt(characters.length)]!)
}

function lengthFaults(inputs: Values, name: string): string[] {
  const { length } = inputs
  if (typeof length !== 'number') return []
  const least = CLASSES.reduce((sum, one) => sum + (Number(inputs[one.least]) || 0), 0)
  const bound =
    length < 1
      ? '1'
      : length < least
        ? 'sum of min_upper + min_lower + min_numeric + min_special'
        : ''
  if (!bound) return []
  return [
    `Invalid Attribute Value. Attribute length value must be at least ${bound}, got: ${length}. ` +
      `Examine values at '${name}.length'.`,
  ]
}

function classFaults(inputs: Values, name: string): string[] {
  if (CLASSES.some(({ on }) => inputs[on] !== false)) return []
  return [
    'Invalid Attribute Combination. At least one attribute out of [special,upper,lower,numeric] ' +
      `must be specified as true. Examine values at '${name}.numeric'.`,
  ]
}
