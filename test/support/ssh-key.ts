/** Key pairs for tests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The private half is in OpenSSH's form, the public one an authorized_keys line. */
export interface SshKey {
  privateKey: string
  publicKey: string
}

/**
 * A fresh key pair. Made by `ssh-keygen`, since one in 256 of those that ssh2 makes cannot be read:
 * it drops a leading zero of the public half.
 *
 * @param passphrase - Locks the private half with aes256-ctr. Default: none.
 */
export function generateKey(
  type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519',
  passphrase = '',
): SshKey {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-key-'))
  try {
    const file = join(folder, 'key')
    const bits = { ed25519: [], ecdsa: ['-b', '256'], rsa: ['-b', '2048'] }[type]
    // Four rounds: the test is in no danger, and bcrypt is slow.
    const lock = ['-N', passphrase, '-Z', 'aes256-ctr', '-a', '4']
    execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, ...lock, '-C', '', '-f', file])
    const publicKey = readFileSync(`${file}.pub`, 'utf8').trim()
    return { privateKey: readFileSync(file, 'utf8'), publicKey }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
