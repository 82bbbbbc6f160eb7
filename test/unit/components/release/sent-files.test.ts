import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { log } from '@pulumi/pulumi'
import { sentFiles } from '../../../../components/release/files.ts'
import { ALWAYS } from '../../../../components/release/ignore-rules.ts'

/** What moby's own implementation leaves out of these paths; `main.go` beside it asks it. */
const { answers, paths }: { answers: { file: string; ignored: string[] }[]; paths: string[] } =
  JSON.parse(readFileSync(join(__dirname, '../../../fixtures/dockerignore/answers.json'), 'utf8'))

let folder: string
let warn: jest.SpyInstance

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-sent-'))
  warn = jest.spyOn(log, 'warn').mockResolvedValue()
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  warn.mockRestore()
})

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), 'x')
  }
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  symlinkSync(target, join(folder, path))
}

const ignore = (text: string) => writeFileSync(join(folder, '.dockerignore'), text)
const sent = () => sentFiles(folder).map(({ path }) => path)

test.each(answers)('$file leaves out what it leaves out of a docker build', ({ file, ignored }) => {
  put(...paths)
  ignore(file)
  const expected = paths.filter((path) => !ignored.includes(path) || ALWAYS.includes(path))
  expect(sent().sort()).toEqual(expected.sort())
})

test.each([
  ['**/Dockerfile*', ['.dockerignore', 'Dockerfile', 'src/app.py']],
  ['*', ['.dockerignore', 'Dockerfile']],
])('%s: the build file and the ignore file are sent all the same', (text, expected) => {
  put('Dockerfile', 'src/app.py')
  ignore(text)
  expect(sent()).toEqual(expected)
})

test("a build file's own ignore file comes before the folder's", () => {
  put('Dockerfile', 'a', 'b')
  ignore('a\nb\n')
  writeFileSync(join(folder, 'Dockerfile.dockerignore'), 'a\n')
  expect(sent()).toEqual(['.dockerignore', 'Dockerfile', 'Dockerfile.dockerignore', 'b'])
})

test('no rule brings .git or .env back', () => {
  put('Dockerfile', '.env', 'sub/.env.local', '.env.example', '.git/config', 'sub/.git')
  ignore('!.env\n!**/.env.local\n!.git\n')
  expect(sent()).toEqual(['.dockerignore', '.env.example', 'Dockerfile'])
})

test('a pattern that is none is named with its file', () => {
  put('Dockerfile')
  ignore('a[\n')
  expect(() => sent()).toThrow(`${folder}/.dockerignore has a pattern that is none: `)
})

test('links inside the folder and to places in the image are kept as links', () => {
  put('Dockerfile', 'v2/app.py')
  link('current', 'v2')
  link('sub/app.py', '../v2/app.py')
  link('uploads', '/data/uploads')
  expect(sentFiles(folder)).toEqual([
    { path: 'Dockerfile' },
    { path: 'current', link: 'v2' },
    { path: 'sub/app.py', link: '../v2/app.py' },
    { path: 'uploads', link: '/data/uploads' },
    { path: 'v2/app.py' },
  ])
})

test('a build file that is a link is sent as what it leads to', () => {
  put('docker/Dockerfile.prod')
  link('Dockerfile', 'docker/Dockerfile.prod')
  ignore('docker')
  expect(sentFiles(folder)).toEqual([{ path: '.dockerignore' }, { path: 'Dockerfile' }])
})

test("a dangling link, such as an editor's lock, is left out with a warning", () => {
  put('Dockerfile')
  link('.#login.py', 'ada@laptop.4711:1795600000')
  link('loop', 'loop')
  expect(sent()).toEqual(['Dockerfile'])
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    `${folder}/.#login.py is a link to ada@laptop.4711:1795600000, which is not there: it is not sent`,
    `${folder}/loop is a link to loop, which is not there: it is not sent`,
  ])
})

test('links that lead out of the folder are named, all of them', () => {
  put('app/Dockerfile', 'shared/a.py')
  link('app/a.py', '../shared/a.py')
  link('app/shared', '../shared')
  link('app/through', 'shared/a.py')
  expect(() => sentFiles(join(folder, 'app'))).toThrow(
    `appSource ${folder}/app has links to files outside of it, which are not sent:
  - ${folder}/app/a.py leads to ../shared/a.py
  - ${folder}/app/shared leads to ../shared
  - ${folder}/app/through leads to shared/a.py
    Fix: put a copy in its place, or name the link in ${folder}/app/.dockerignore`,
  )
})
