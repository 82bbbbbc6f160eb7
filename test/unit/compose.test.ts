/** compose.yaml by the Compose Specification's own schema (of compose-go 2.16.2), and what it runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const schema = JSON.parse(read('test/fixtures/compose/compose-spec.json'))
const judge = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(
  schema,
)

/** With the merge keys of YAML 1.1, as Compose reads it. */
const compose = (path: string) => parse(read(path), { merge: true })
const problems = (model: unknown) =>
  judge(model) ? [] : judge.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`)

test.each(['compose.yaml', 'app/compose.yaml'])('%s is as the specification has it', (path) => {
  expect(problems(compose(path))).toEqual([])
})

test('the schema sees a misspelt key and a value of another kind', () => {
  const { services } = compose('compose.yaml')
  const told = (more: object) => problems({ services: { app: { ...services.app, ...more } } })
  expect(told({})).toEqual([])
  expect(told({ read_onyl: true })).toContain('/services/app must NOT have unevaluated properties')
  expect(told({ mem_limit: ['1g'] })).toContain('/services/app/mem_limit must be number,string')
})

test('there is a build file wherever an image is built', () => {
  const { services } = compose('compose.yaml')
  const { context, dockerfile } = services.app.build
  expect(existsSync(join(root, context, dockerfile))).toBe(true)
  expect(services.example.build.context).toBe(['examples/$', '{EXAMPLE:-express}'].join(''))
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    expect([name, existsSync(join(root, 'examples', name, 'Dockerfile'))]).toEqual([name, true])
  }
})

test('containers are as closed as on a host, and nobody else reaches them', () => {
  const { services } = compose('compose.yaml')
  for (const service of Object.values<Record<string, unknown>>(services)) {
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  }
  expect(services.example.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)])
})
