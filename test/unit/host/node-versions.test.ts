import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { transformSync } from '@swc/core'
import { readPackage } from '../../../host/pack/package.ts'
import { FIXTURE, newFolder, removeFolders } from './fixture.ts'

const root = join(__dirname, '../../..')

/** The Node that runs this, and each other one on PATH. */
function nodes(): [version: string, path: string][] {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  const found = [process.execPath, ...onPath.filter(isExecutable)]
  return [...new Map(found.map((path) => [versionOf(path), path]))]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function versionOf(path: string): string {
  return execFileSync(path, ['--print', 'process.version'], { encoding: 'utf8' }).trim()
}

/** Compiled to what any Node can run, in a folder from which the packages of npm are found. */
function compile(): string {
  const target = join(newFolder(), 'pack')
  mkdirSync(target)
  const names = readdirSync(join(root, 'host/pack')).filter((name) => name.endsWith('.ts'))
  for (const name of names) {
    const { code } = transformSync(readFileSync(join(root, 'host/pack', name), 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2020' },
      module: { type: 'commonjs' },
    })
    const script = code.replaceAll(/\.ts(?=["'])/g, '.js')
    writeFileSync(join(target, name.replace(/\.ts$/, '.js')), script)
  }
  return target
}

afterAll(removeFolders)

test.each(nodes())('Node %s packs the same bytes', async (_, node) => {
  const script = `require(process.argv[1]).readPackage(process.argv[2], { version: '1.2.3' })
    .then((built) => process.stdout.write(built.deb))`
  const deb = execFileSync(node, ['-e', script, join(compile(), 'package.js'), FIXTURE], {
    env: { NODE_PATH: join(root, 'node_modules') },
  })
  expect(deb).toEqual((await readPackage(FIXTURE, { version: '1.2.3' })).deb)
})
