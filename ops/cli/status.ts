import { parseArgs } from 'node:util'
import { imageLines } from '../releases/image.ts'
import { backups } from './backups.ts'
import { certificates } from './certificates.ts'
import { logIn, outputsOf } from './login.ts'
import { volumeLines } from './volume.ts'

/** Package and version, one a line; nothing for a host that has none of ours. */
const PACKAGES = "dpkg-query --show 'padlock-*' 2>/dev/null || true"

export const help = `padlock status --stack NAME

The outputs of a stack, the image that serves and its base with their ages, the volume and how full
it is, or that it is missing, when the certificates of its site end, when its backups were made last,
and the packages of ours on its host with their versions. Of a certificate that should have been
renewed the reason is told, and of one that only an update renews the day before which to run it; of a
backup that failed the reason. The stack is one of the backend that you are logged in to; in the
sandbox: . .sandbox/env

Exit code 0: printed. 1: no such stack, or the host does not answer. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { stack: { type: 'string' } } })
  const { stack } = values
  if (!stack) {
    console.error(help)
    return 2
  }
  const outputs = await outputsOf(stack)
  const { adminPrivateKey: _, sshCommand: __, ...shown } = outputs
  const rows = Object.entries(shown).map(([name, value]) => `  ${name.padEnd(12)} ${value}`)
  const image = await imageLines(stack, outputs)
  const volume = await volumeLines(stack, outputs)
  console.log([`stack ${stack}`, ...rows, '', ...image, ...volume].join('\n'))
  console.log(`certificates\n${await certificates(stack, outputs)}`)
  if (outputs.backups) console.log(`\nbackups\n${await backups(stack, outputs)}`)
  console.log('\npackages on the host')
  return logIn(stack, outputs, [PACKAGES])
}
