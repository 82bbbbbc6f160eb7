import { join } from 'node:path'
import * as openpgp from 'openpgp'
import { readIfThere, writeAtomically } from '../files.ts'

/** An OpenPGP key that signs one apt repository. */
export interface SigningKey {
  /** Path of the armoured public key. */
  publicPath: string
  /** 40 hexadecimal digits, upper case. */
  fingerprint: string
  /** The text with its signature around it (RFC 9580 section 7), for InRelease. */
  signInline(text: string): Promise<string>
  /** The armoured signature alone, for Release.gpg. */
  signDetached(text: string): Promise<string>
}

/** Signatures are dated back: the clock of a machine that boots may be behind. */
const BACKDATE_MS = 60 * 60 * 1000

/** Opens the key in the folder; makes one, of Ed25519 and without passphrase, if there is none. */
export async function openSigningKey(folder: string): Promise<SigningKey> {
  const path = join(folder, 'signing.key')
  const publicPath = join(folder, 'key.asc')
  const kept = await readIfThere(path)
  const armored = kept ?? (await newKey())
  const key = await openpgp.readPrivateKey({ armoredKey: armored })
  if (kept === undefined) await writeAtomically(path, armored)
  await writeAtomically(publicPath, key.toPublic().armor(), 0o644)
  const date = () => new Date(Date.now() - BACKDATE_MS)
  return {
    publicPath,
    fingerprint: key.getFingerprint().toUpperCase(),
    async signInline(text) {
      const message = await openpgp.createCleartextMessage({ text })
      return openpgp.sign({ message, signingKeys: key, date: date() })
    },
    async signDetached(text) {
      const message = await openpgp.createMessage({ binary: Buffer.from(text) })
      return openpgp.sign({ message, signingKeys: key, detached: true, date: date() })
    },
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await openpgp.generateKey({
    // The form of Ed25519 that GnuPG knows in all versions (RFC 9580 section 9.1, algorithm 22).
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: 'padlock sandbox apt repository', email: 'sandbox@padlock.invalid' }],
    subkeys: [],
    format: 'armored',
    date: new Date(Date.now() - 24 * BACKDATE_MS),
  })
  return privateKey
}
