import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import ssh from 'ssh2'
import { openSshPrivateKey, openSshPublicKey } from '../openssh.ts'

/** A host key to insist on. */
export interface HostKey {
  /** The algorithm's name, the only one that is offered to the server. */
  type: string
  bytes: Buffer
}

/** Reads one line of authorized_keys; a comment behind or a word in front, as in known_hosts, may stay. */
export function parseHostKey(line: string): HostKey {
  const words = line.trim().split(/\s+/)
  for (const [index, type] of words.entries()) {
    const bytes = Buffer.from(words[index + 1] ?? '', 'base64')
    const length = bytes.length > 4 ? bytes.readUInt32BE() : 0
    if (length > 0 && bytes.subarray(4, 4 + length).toString() === type) return { type, bytes }
  }
  throw new Error('failed to parse host key: ssh: no key found')
}

/** The private key in a form that ssh2 reads, still under its passphrase if it has one. */
export function readablePrivateKey(text: string, passphrase: string | undefined): string {
  const readable = text.includes('BEGIN PRIVATE KEY') ? fromPkcs8(text) : text
  const plain = parse(readable)
  if (passphrase === undefined || passphrase === '') {
    if (plain instanceof Error) throw new Error(keyFault(plain))
    return readable
  }
  if (!(plain instanceof Error)) throw new Error('ssh: key is not password protected')
  if (keyFault(plain) === NO_KEY) throw new Error(NO_KEY)
  const opened = parse(readable, passphrase)
  if (opened instanceof Error) throw new Error('x509: decryption password incorrect')
  return readable
}

const NO_KEY = 'ssh: no key found'

function parse(text: string, passphrase?: string): ssh.ParsedKey | Error {
  const key = ssh.utils.parseKey(text, passphrase)
  return Array.isArray(key) ? key[0]! : key
}

function keyFault(error: Error): string {
  return /no passphrase given/.test(error.message)
    ? 'ssh: this private key is passphrase protected'
    : NO_KEY
}

/** ssh2 does not read PKCS#8, the form in which an Ed25519 key comes as PEM. */
function fromPkcs8(text: string): string {
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    throw new Error(NO_KEY)
  }
  const blob = openSshPublicKey(createPublicKey(key))
  if (!blob) throw new Error(NO_KEY)
  return openSshPrivateKey(key, blob)
}
