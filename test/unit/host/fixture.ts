import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const FIXTURE = join(__dirname, '../../fixtures/host-package')

const made: string[] = []

/** An empty folder; `removeFolders` takes it away. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-host-'))
  made.push(folder)
  return folder
}

/** The fixture's files again, in a folder of their own. */
export function copyOfFixture(): string {
  const folder = join(newFolder(), 'padlock-fixture')
  cpSync(FIXTURE, folder, { recursive: true })
  return folder
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}
