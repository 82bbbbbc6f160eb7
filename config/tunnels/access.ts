/** What `./padlock tunnel` connects with; a secret as a whole. */
export interface TunnelAccess {
  port: number
  /** The only host key that is accepted, as an authorized_keys line. */
  hostKey: string
  /** OpenSSH private key of the user `tunnel`; absent where the keys lie in an agent. */
  privateKey?: string
  tunnels: Record<string, { url: string; password?: string; login?: boolean }>
}
