import { RunError } from '@pulumi/pulumi'

/**
 * Something that is wrong with a key, found before anything was made. The engine shows a RunError's
 * message alone, without the program's stack.
 */
export function configurationError(wrong: string, allowed: string, fix: string): RunError {
  return new RunError(
    `${wrong}. Allowed: ${allowed}.\n    Fix: ${fix}\nNothing was created or changed.`,
  )
}

export function failDigitalOcean(error: Error): never {
  if (/401|unable to authenticate/i.test(error.message)) {
    throw configurationError(
      'DigitalOcean refused the token',
      'a token with read and write access',
      'export DIGITALOCEAN_TOKEN=TOKEN; a digitalocean:token in the configuration goes before it',
    )
  }
  throw new RunError(`DigitalOcean did not answer as it should: ${error.message}`)
}

export function failAuth0(error: Error): never {
  if (/access_denied|unauthorized|401/i.test(error.message)) {
    throw configurationError(
      'Auth0 refused the management credentials',
      'a machine-to-machine application that is authorised for the Auth0 Management API',
      'export AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; auth0:clientId and auth0:clientSecret in the configuration go before them',
    )
  }
  throw new RunError(`Auth0 did not answer as it should: ${error.message}`)
}
