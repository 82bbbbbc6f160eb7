import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/**
 * PKCS#12 (RFC 7292) by OpenSSL, which opens what it reads by name: certificate and key lie in a
 * folder of the caller's alone meanwhile. The passphrase goes through a pipe.
 * @param name that a browser shows for it
 * @param pem certificate and key
 * @throws Error in OpenSSL's words, or that it is not there
 */
export async function pkcs12(name: string, pem: string, secret: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-client-'))
  const [given, made] = [join(folder, 'client.pem'), join(folder, 'client.p12')]
  try {
    writeFileSync(given, pem, { mode: 0o600 })
    const options = ['-in', given, '-out', made, '-name', name, '-passout', 'stdin']
    const child = spawn('openssl', ['pkcs12', '-export', ...options], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', () => reject(new Error('openssl is not there. Fix: apt install openssl')))
      child.on('close', (code) => resolve(code ?? 1))
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${secret}\n`)
    const [said, code] = await Promise.all([text(child.stderr), ended])
    if (code !== 0) throw new Error(`openssl pkcs12 fails:\n${said.trim()}`)
    return readFileSync(made)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
