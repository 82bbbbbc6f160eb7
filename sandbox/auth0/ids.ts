import { randomBytes } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function alphanumeric(length: number): string {
  let id = ''
  // 248 = 4 x 62: bytes above would favour the first letters.
  while (id.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && id.length < length) id += ALPHABET[byte % 62]
    }
  }
  return id
}

/** Ids in the forms that the Management API uses. */
export const newId = {
  client: () => alphanumeric(32),
  /** 64 characters, 380 bits. */
  clientSecret: () => alphanumeric(64),
  connection: () => `con_${alphanumeric(16)}`,
  clientGrant: () => `cgr_${alphanumeric(16)}`,
  role: () => `rol_${alphanumeric(16)}`,
  resourceServer: () => randomBytes(12).toString('hex'),
  user: () => randomBytes(12).toString('hex'),
}
