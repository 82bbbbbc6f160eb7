import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readmeWithTable } from '../../config/table.ts'

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

test('the README’s table of keys is that of Pulumi.yaml (npm run readme)', () => {
  expect(readmeWithTable(readme)).toBe(readme)
})
