/**
 * The examples' Containerfiles, parsed: no image is built here, as no registry of images is asked.
 * What they say of files, programs and environment is held by this, and by the tests that run the
 * apps with their own toolchains.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import picomatch from 'picomatch'
import { sentFiles } from '../../components/release/files.ts'
import { EXAMPLES } from './support/app.ts'
import { readContainerfile } from './support/containerfile.ts'

const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

test('there are eight', () => {
  expect(names).toHaveLength(8)
})

describe.each(names)('%s', (name) => {
  const folder = join(EXAMPLES, name)
  const file = readContainerfile(folder)

  test('the Containerfile has no error', () => {
    expect(validate(file.text)).toEqual([])
  })

  test('what it copies is sent to the host', () => {
    const sent = sentFiles(folder).map(({ path }) => path)
    expect(sent).toContain('Dockerfile')
    expect(file.copied).not.toEqual([])
    for (const source of file.copied) {
      const pattern = source.replace(/^\.\//, '')
      const found =
        pattern === '.' ? sent : sent.filter((path) => picomatch([pattern, `${pattern}/**`])(path))
      expect([source, found.length > 0]).toEqual([source, true])
    }
  })

  test('it starts a program without a shell in between, and no build file knows this project', () => {
    expect(file.start).not.toEqual([])
    if (file.start[0] === 'sh') expect(file.start[2]).toMatch(/^exec /)
    expect(file.text).not.toMatch(/padlock|APP_SOCKET/i)
  })
})
