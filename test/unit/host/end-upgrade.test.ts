/** An upgrade of packages that is under way while the machine goes down is waited for. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRoot, stub } from './scratch.ts'

const PROGRAM = join(__dirname, '../../../host/padlock-host/files/usr/lib/padlock/end-upgrade')
/** Ends half a second after it is asked to, and leaves a file. */
const UPGRADE = `
const { writeFileSync } = require('node:fs')
process.on('SIGTERM', () => setTimeout(() => { writeFileSync(process.argv[2], ''); process.exit() }, 500))
setInterval(() => {}, 1000)
console.log('begun')`

let root: string
beforeEach(() => {
  root = makeRoot()
})
afterEach(() => rmSync(root, { recursive: true }))

/** @param name of the program that the process file names */
async function whileOneRuns(name: string, state: string) {
  const program = join(root, name)
  const ended = join(root, 'ended')
  writeFileSync(program, UPGRADE)
  const child = spawn(process.execPath, [program, ended])
  const exit = once(child, 'exit')
  try {
    await once(child.stdout, 'data')
    writeFileSync(join(root, 'pid'), `${child.pid}`)
    return { ...endUpgrade(state), ended: existsSync(ended) }
  } finally {
    child.kill('SIGKILL')
    await exit
  }
}

function endUpgrade(state: string) {
  stub(root, 'systemctl', `echo ${state}; exit 1`)
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  const { status, stdout } = spawnSync(PROGRAM, [join(root, 'pid')], { encoding: 'utf8', env })
  return { status, stdout }
}

test('the machine goes down once it has ended', async () => {
  expect(await whileOneRuns('unattended-upgrade', 'stopping')).toEqual({
    status: 0,
    stdout: expect.stringContaining('waiting for the upgrade'),
    ended: true,
  })
})

test('while the machine stays up it is let alone, and so is a process of another program', async () => {
  const alone = { status: 0, stdout: '', ended: false }
  expect(await whileOneRuns('unattended-upgrade', 'running')).toEqual(alone)
  expect(await whileOneRuns('another', 'stopping')).toEqual(alone)
})

test('none has run yet', () => {
  expect(endUpgrade('stopping')).toEqual({ status: 0, stdout: '' })
})
