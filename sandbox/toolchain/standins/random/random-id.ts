import { randomBytes } from 'node:crypto'
import type { RandomIdArgs } from '@pulumi/random'
import { generated } from '../generated.ts'

/** `random.RandomId`: bytes in four spellings, each with the prefix in front. */
export const randomId = generated<RandomIdArgs>({
  inputs: { byteLength: {}, keepers: {}, prefix: {} },
  outputs: ['b64Std', 'b64Url', 'dec', 'hex'],
  secrets: [],
  validate: () => [],
  generate({ byteLength, prefix }) {
    const bytes = randomBytes(Number(byteLength))
    const id = bytes.toString('base64url')
    const spelled = {
      b64Std: bytes.toString('base64'),
      b64Url: id,
      dec: BigInt(`0x0${bytes.toString('hex')}`).toString(),
      hex: bytes.toString('hex'),
    }
    const outputs = Object.entries(spelled).map(([name, text]) => [name, `${prefix ?? ''}${text}`])
    return { id, outputs: Object.fromEntries(outputs) }
  },
})
