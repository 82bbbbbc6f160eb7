import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresPrograms, strictPoolSettings } from '../../../sandbox/databases/programs.ts'

const debian = mkdtempSync(join(tmpdir(), 'programs-'))
beforeAll(() => {
  for (const version of ['9.6', '15', '17']) {
    mkdirSync(join(debian, version, 'bin'), { recursive: true })
    writeFileSync(join(debian, version, 'bin/initdb'), '#!/bin/sh\n')
    chmodSync(join(debian, version, 'bin/initdb'), 0o755)
  }
  // A client alone.
  mkdirSync(join(debian, '18/bin'), { recursive: true })
})
afterAll(() => rmSync(debian, { recursive: true }))

test('a new cluster gets the newest server, one with data that of its version', async () => {
  const path = (version: string) => join(debian, version, 'bin/postgres')
  expect((await postgresPrograms(undefined, debian)).postgres).toBe(path('17'))
  expect((await postgresPrograms('15', debian)).postgres).toBe(path('15'))
})

test('another folder of versions is named by PADLOCK_POSTGRESQL', async () => {
  process.env.PADLOCK_POSTGRESQL = debian
  const { postgres } = await postgresPrograms('9.6')
  delete process.env.PADLOCK_POSTGRESQL
  expect(postgres).toBe(join(debian, '9.6/bin/postgres'))
})

test('data of a version that is not there: the error names it and those that are', async () => {
  await expect(postgresPrograms('16', debian)).rejects.toThrow(
    'PostgreSQL 16 server is needed (initdb, postgres), and this computer has 17 and 15 and 9.6. ' +
      'Fix: install it, or delete the cluster, whose data no other version reads',
  )
})

test.each([
  ['PgBouncer 1.18.0\nlibevent 2.1.12-stable\n', []],
  ['PgBouncer 1.20.1\n', []],
  ['PgBouncer 1.21.0\n', ['max_prepared_statements = 0']],
  ['PgBouncer 1.25.0\n', ['max_prepared_statements = 0']],
  ['PgBouncer 2.0.0\n', ['max_prepared_statements = 0']],
])('a pool follows no prepared statements: %s', (version, settings) => {
  expect(strictPoolSettings(version)).toEqual(settings)
})
