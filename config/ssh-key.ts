const TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa',
]

/**
 * What is wrong with one authorized_keys line without options (sshd(8)), beginning with a verb;
 * undefined if nothing is. The key's blob begins with its own type (RFC 4253, 6.6).
 */
export function wrongSshKey(line: string): string | undefined {
  if (line.includes('PRIVATE KEY')) return 'is a private key'
  if (/[\r\n]/.test(line.trim())) return 'has more than one line'
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  if (!TYPES.includes(type)) return 'is not an ssh public key'
  const blob = Buffer.from(base64, 'base64')
  const whole = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && blob.length > 4
  return whole && blob.toString('latin1', 4, 4 + blob.readUInt32BE(0)) === type
    ? undefined
    : 'is a damaged ssh public key'
}
