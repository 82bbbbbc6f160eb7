import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import draft04 from 'ajv-draft-04'
import { parse } from 'yaml'
import { userData } from '../../../cloud-init/index.ts'
import { production, variants } from './facts.ts'

/**
 * cloud-init's command does not see a misspelt key and its schema alone does not see a bad type
 * line, so both judge. Debian's package brings them.
 */
const schemaFile = execFileSync('/usr/bin/python3', [
  '-c',
  'import cloudinit.config, os; print(os.path.join(os.path.dirname(cloudinit.config.__file__), "schemas", "schema-cloud-config-v1.json"))',
])
  .toString()
  .trim()
const schema = JSON.parse(readFileSync(schemaFile, 'utf8'))
/** Every key that a module of cloud-init knows. */
const known = new Set(
  Object.values(schema.$defs as Record<string, { properties?: object }>).flatMap((part) =>
    Object.keys(part.properties ?? {}),
  ),
)
const validate = new draft04.default({ strict: false, logger: false, allErrors: true }).compile(
  schema,
)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'user-data-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function accepted(text: string): boolean {
  const file = join(folder, 'user-data')
  writeFileSync(file, text)
  try {
    execFileSync('cloud-init', ['schema', '--config-file', file], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

test.each(Object.entries(variants))('%s: cloud-init takes it', (_, facts) => {
  const text = userData(facts)
  const document = parse(text)
  validate(document)
  expect(validate.errors).toBeNull()
  expect(Object.keys(document).filter((key) => !known.has(key))).toEqual([])
  expect(accepted(text)).toBe(true)
})

test('the judges are awake', () => {
  const document = parse(userData(production))
  expect(validate({ ...document, runcmd: 'not a list' })).toBe(false)
  expect(validate({ ...document, write_files: [{ contents: 'x' }] })).toBe(false)
  expect(known.has('write_file')).toBe(false)
  expect(accepted(userData(production).replace('runcmd:', 'runcmd: 5\nrun:'))).toBe(false)
})
