import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'

/** OpenSSL opens its files by name, and a socket, which Node's pipes are, has none: so cat gives it one. */
const SCRIPT = 'cat | openssl pkcs12 -export -in "$1" -inkey /dev/stdin -name "$2" -passout fd:3'

/**
 * PKCS#12 (RFC 7292) by OpenSSL. Key and passphrase go through pipes, so that whatever ends this program
 * leaves neither behind; the certificate, which is public, lies in a file meanwhile.
 * @param name that a browser shows for it
 * @throws Error in OpenSSL's words, or that it is not there
 */
export async function pkcs12(
  name: string,
  { certificate, key }: { certificate: string; key: string },
  secret: string,
): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-client-'))
  const given = join(folder, 'client.pem')
  try {
    writeFileSync(given, certificate)
    const child = spawn('sh', ['-c', SCRIPT, 'padlock', given, name], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    })
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? 1))
    })
    for (const [pipe, content] of [
      [child.stdin, key],
      [child.stdio[3] as Writable, `${secret}\n`],
    ] as const) {
      pipe.on('error', () => undefined)
      pipe.end(content)
    }
    const made = buffer(child.stdout)
    const [said, code] = await Promise.all([text(child.stderr), ended])
    if (code === 127) throw new Error('openssl is not there. Fix: apt install openssl')
    if (code !== 0) throw new Error(`openssl pkcs12 fails:\n${said.trim()}`)
    return await made
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
