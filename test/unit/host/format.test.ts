/** The installer on a host that another version of the project has set up, up to what needs dpkg. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { INSTALLER, install, makeBundle, makeRoot } from './scratch.ts'

const FORMAT = Number(/^readonly format=(\d+)$/m.exec(INSTALLER)?.[1])

let root: string
let bundle: string
let format: string
beforeEach(() => {
  root = makeRoot()
  // The repository's key is left out: a run that goes on stops there.
  bundle = makeBundle(root, 'new', { fingerprint: `${'A'.repeat(40)}\n` })
  format = join(root, 'lib/format')
})
afterEach(() => rmSync(root, { recursive: true }))

test('a host of a newer format is refused by name and stays as it is', () => {
  writeFileSync(format, `${FORMAT + 1}\n`)
  const { status, stdout, stderr } = install(root, bundle)
  expect(stderr).toBe(
    `this host was set up by a newer padlock (format ${FORMAT + 1}, this is ${FORMAT}): update the program\n`,
  )
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(readFileSync(format, 'utf8')).toBe(`${FORMAT + 1}\n`)
})

test.each([
  ['no format', undefined],
  ['the same format', FORMAT],
  ['an older format', FORMAT - 1],
])('a host of %s is taken on, and gets this one', (_, found) => {
  if (found !== undefined) writeFileSync(format, `${found}\n`)
  expect(install(root, bundle).stderr).toContain('could not be installed: step repository;')
  expect(readFileSync(format, 'utf8')).toBe(`${FORMAT}\n`)
})
