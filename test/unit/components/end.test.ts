import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endOf } from '../../../components/ssh/end.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'end-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** On a host whose `sudo` is this script. */
function ended(sudo: string, gone?: string): number | null {
  writeFileSync(join(dir, 'sudo'), `#!/bin/sh\necho "$*" >>${dir}/calls\n${sudo}\n`, {
    mode: 0o755,
  })
  const env = { ...process.env, DIR: dir, PATH: `${dir}:${process.env.PATH}` }
  return spawnSync('sh', ['-c', endOf('database', 'remove', gone)], { env }).status
}
const calls = () => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n')
const TEST = 'test ! -e /usr/lib/padlock/database'
const PROGRAM = '/usr/lib/padlock/database remove'

test('an end that has taken its package away is an end the second time too', () => {
  const host = `case "$*" in
    "${TEST}") [ -e $DIR/gone ] ;;
    "${PROGRAM}") [ ! -e $DIR/gone ] && touch $DIR/gone ;;
  esac`
  expect([ended(host), ended(host)]).toEqual([0, 0])
  expect(calls()).toEqual([TEST, PROGRAM, TEST])
  expect(ended(host, 'exit 3')).toBe(3)
})

test('one that fails does', () => {
  expect(ended('exit 1')).toBe(1)
  expect(calls()).toEqual([TEST, PROGRAM])
})
