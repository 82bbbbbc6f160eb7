import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Where administrators' programs lie; the PATH of a plain user often leaves them out. */
const MORE = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/bin', '/usr/local/bin']

/** The first of these programs that this computer has, or an error that names them all. */
export async function findProgram(names: string[]): Promise<{ name: string; path: string }> {
  for (const name of names) {
    const path = await which(name)
    if (path) return { name, path }
  }
  throw new Error(`this computer has no ${names.join(', ')}; \`./padlock sandbox up\` installs it`)
}

/** The program's path, as the shell would find it; undefined if there is none. */
export async function which(
  name: string,
  path = process.env.PATH ?? '',
): Promise<string | undefined> {
  for (const folder of [...path.split(delimiter).filter(Boolean), ...MORE]) {
    const file = join(folder, name)
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return undefined
}
