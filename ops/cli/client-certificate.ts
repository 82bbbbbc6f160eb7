import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { capture } from '../engine/pulumi.ts'
import { pkcs12 } from './pkcs12.ts'

export const help = `padlock client-certificate --stack NAME CLIENT [--out FILE]

Writes the certificate and the key of one of the names in clientCertificates as PKCS#12, which
browsers import, with a passphrase that is printed (PADLOCK_PASSPHRASE sets another one). The
file is for its owner alone, and none is overwritten. After a certificate was renewed by an
update the former one is not trusted any more: write it anew.

  --out  the file; default: CLIENT.p12

It needs openssl. Exit code 0: written. 1: what is wrong. 2: a wrong command line.`

/** 100 bits, in characters that nobody mistakes for others. */
const passphrase = () => randomBytes(13).toString('hex').slice(0, 25)

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { stack: { type: 'string' }, out: { type: 'string' } },
  })
  const [client, ...others] = positionals
  const { stack, out = `${client}.p12` } = values
  if (!stack || !client || others.length > 0) {
    console.error(help)
    return 2
  }
  const pair = await pairOf(stack, client)
  const secret = process.env.PADLOCK_PASSPHRASE || passphrase()
  const file = await pkcs12(client, pair, secret)
  writeFileSync(out, file, { mode: 0o600, flag: 'wx' })
  console.log(`${out}: certificate and key of ${client}`)
  if (!process.env.PADLOCK_PASSPHRASE) console.log(`passphrase: ${secret}`)
  return 0
}

async function pairOf(stack: string, client: string) {
  const asked = ['stack', 'output', 'clientCertificates', '--json', '--show-secrets']
  const { code, stdout, stderr } = await capture([...asked, '--stack', stack])
  const pairs: Record<string, { certificate: string; key: string }> =
    code === 0 ? JSON.parse(stdout) : {}
  const pair = Object.hasOwn(pairs, client) ? pairs[client] : undefined
  if (pair) return pair
  const known = Object.keys(pairs).join(', ') || `none${code === 0 ? '' : ` (${stderr.trim()})`}`
  throw new Error(
    `the stack ${stack} has no client certificate ${client}. Allowed: ${known}. Fix: add it to clientCertificates, and pulumi up`,
  )
}
