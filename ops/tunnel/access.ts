import type { TunnelAccess } from '../../config/tunnels/access.ts'
import { capture } from '../engine/pulumi.ts'

/** A tunnel of a stack, and what opens it. */
export interface Tunnel extends Pick<TunnelAccess, 'port' | 'hostKey' | 'privateKey'> {
  name: string
  /** The stack's address. */
  ip: string
  /** What it is found at. */
  url: string
  /** What visitors enter; absent where it is for everybody, or a login stands in front of it. */
  password?: string
  /** Does the stack's login stand in front of it? */
  login?: boolean
}

/**
 * @param isPublic does the caller mean it for everybody? The stack's configuration decides it.
 * @throws Error that says what there is, and what would make what was asked for
 */
export async function tunnelOf(stack: string, name: string, isPublic: boolean): Promise<Tunnel> {
  const asked = ['stack', 'output', '--json', '--show-secrets', '--stack', stack]
  const { code, stdout, stderr } = await capture(asked)
  if (code !== 0) throw new Error(`the outputs of ${stack} cannot be read:\n${stderr.trim()}`)
  return chosen(stack, JSON.parse(stdout), name, isPublic)
}

/** @param outputs of the stack, secrets too */
export function chosen(
  stack: string,
  { ip, tunnelAccess }: { ip?: string; tunnelAccess?: TunnelAccess },
  name: string,
  isPublic: boolean,
): Tunnel {
  const { tunnels = {}, port = 22, hostKey = '', privateKey } = tunnelAccess ?? {}
  const found = Object.hasOwn(tunnels, name) ? tunnels[name] : undefined
  const key = (key: string) => `pulumi config set --path '${key}[0]' ${name} --stack ${stack}`
  if (!found || !ip) {
    const known = Object.keys(tunnels).join(', ') || 'none'
    throw new Error(
      `the stack ${stack} has no tunnel ${name}. Allowed: ${known}. Fix: ${key('tunnels')} (each further one a higher number), and pulumi up`,
    )
  }
  const isOpen = found.password === undefined && !found.login
  if (isPublic && !isOpen) {
    throw new Error(
      `the tunnel ${name} asks for a ${found.login ? 'login' : 'password'}, and --public does not change that: the host does not know who asks. Fix: ${key('publicTunnels')}, and pulumi up; or leave --public out`,
    )
  }
  if (!isPublic && isOpen) {
    throw new Error(
      `the tunnel ${name} is for everybody who knows ${found.url} (publicTunnels). If that is meant: --public`,
    )
  }
  return { name, ip, port, hostKey, privateKey, ...found }
}
