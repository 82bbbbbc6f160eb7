/**
 * What is Google's own about Google's issuer
 * (https://developers.google.com/identity/openid-connect/openid-connect): its paths, no
 * `end_session_endpoint`, prompts that ask for an account and not for a password, clients whose
 * callbacks are names.
 */
import { isIP } from 'node:net'
import type { Application } from './index.ts'

export const ROUTES = {
  authorization: '/o/oauth2/v2/auth',
  token: '/token',
  userinfo: '/v1/userinfo',
  jwks: '/oauth2/v3/certs',
}

const CLIENT_ID = /^\d+(-[a-z0-9]+)?\.apps\.googleusercontent\.com$/

/**
 * As the console does when a client is made: "Invalid Redirect: must end with a public top-level
 * domain (such as .com or .org)", with https but for localhost; the sandbox's own names may end in
 * .localhost.
 * @throws Error that says what is wrong with the application
 */
export function checkApplication({ id, callbacks }: Application): void {
  if (!CLIENT_ID.test(id)) throw new Error(`${id} is not the client id of a Google OAuth client`)
  for (const callback of callbacks) {
    const { protocol, hostname } = new URL(callback)
    const bare = hostname.replace(/^\[|\]$/g, '')
    if (isIP(bare)) throw new Error(`Invalid Redirect: ${callback} must end with a public domain`)
    if (protocol !== 'https:' && hostname !== 'localhost')
      throw new Error(`Invalid Redirect: ${callback} must use https`)
  }
}

/** Why Google would not begin this login; undefined if it would. */
export function wrongPrompt(prompt: string | null): string | undefined {
  const words = (prompt ?? '').split(' ').filter(Boolean)
  const bad = words.find((word) => !['none', 'consent', 'select_account'].includes(word))
  return bad && `Invalid parameter value for prompt: Invalid prompt: ${bad}`
}
