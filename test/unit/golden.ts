import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Compares a text with `golden/NAME`, byte by byte. `UPDATE_GOLDEN=1` writes it anew instead: the
 * difference is then for the reviewer to judge.
 */
export function expectGolden(name: string, text: string): void {
  const path = join(__dirname, 'golden', name)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  if (!existsSync(path)) throw new Error(`${path} is missing: run with UPDATE_GOLDEN=1`)
  expect(text).toBe(readFileSync(path, 'utf8'))
}
