// Pulumi.yaml's `main`, in JavaScript that an old Node reads too: `pulumi` starts the program with
// the first `node` on PATH, and one that strips no types ends in ERR_UNKNOWN_FILE_EXTENSION.
import { readFileSync } from 'node:fs'

if (!process.features.typescript) {
  const { engines } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
  const { RunError } = await import('@pulumi/pulumi')
  throw new RunError(
    `the program needs Node.js ${engines.node}; found: ${process.versions.node} (${process.execPath}). ` +
      'Fix: put that of the packages first on PATH: export PATH="$PWD/node_modules/.bin:$PATH", or install a newer one (https://nodejs.org/).',
  )
}

/**
 * The stack's outputs, those that it has. A function, as the language host looks at the project's folder
 * before it waits for what is exported: a promise that has failed by then would be warned of beside its error.
 */
export default async () => {
  const outputs = await import('./index.ts')
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined))
}
