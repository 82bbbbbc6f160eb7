import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Node's defaults, about 50 ms: the demo users' password is printed on the login page. */
const COST = { N: 2 ** 14, r: 8, p: 1 }
const KEY_BYTES = 32

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((done, fail) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) =>
      error ? fail(error) : done(key),
    )
  })
}

/** `scrypt:SALT:KEY`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `scrypt:${salt.toString('base64url')}:${key.toString('base64url')}`
}

/** Takes as long without a hash as with one, so that time does not tell which users exist. */
export async function checkPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, salt = '', key = ''] = (hash ?? '').split(':')
  const expected = Buffer.from(key, 'base64url')
  const actual = await derive(password, Buffer.from(salt, 'base64url'))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
