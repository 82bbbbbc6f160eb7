/**
 * Clients that others wrote judge the simulated tenant: the official SDK and the certified
 * openid-client. They are ES modules, so each set of observations is a program of its own.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

// biome-ignore lint/suspicious/noExplicitAny: observations are JSON, judged member by member
export type Observations = Record<string, any>

const root = join(import.meta.dirname, '..', '..', '..')

export function run(program: string): Promise<Observations> {
  const node = join(root, 'node_modules', '.bin', 'node')
  return new Promise((done, fail) => {
    execFile(
      node,
      [join(import.meta.dirname, program)],
      { timeout: 110_000 },
      (error, out, err) => {
        if (error) fail(new Error(`${error.message}\n${err}`))
        else done(JSON.parse(out))
      },
    )
  })
}

export const error = (statusCode: number, name: string, message: string, errorCode?: string) => ({
  statusCode,
  error: name,
  message,
  ...(errorCode ? { errorCode } : {}),
})
export const invalid = (problem: string) =>
  error(400, 'Bad Request', `Payload validation error: ${problem}.`, 'invalid_body')
export const denied = (status: number, description: string) => ({
  status,
  body: { error: 'access_denied', error_description: description, access_token: 'undefined' },
})
