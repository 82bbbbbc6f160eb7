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
