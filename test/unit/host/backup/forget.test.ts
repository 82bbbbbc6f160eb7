/** What is left of a restore that was cut off. */
import { python } from './python.ts'

/** Whether a server is ended, whose process is in the folder that was restored, or elsewhere. */
function ends(isThere: boolean): unknown {
  return python(`
root = temporary()
host.data = lambda: f'{root}/data'
host.HOME = f'{root}/home'
os.mkdir(recovery.restored())
process = subprocess.Popen(['sleep', '60'], cwd=${isThere ? 'recovery.restored()' : "'/'"})
with open(f'{recovery.restored()}/postmaster.pid', 'w') as file:
    file.write(f'{process.pid}\\n{recovery.restored()}\\n')
calls = []
host.as_postgres = lambda *words, **_: calls.append(words[-1]) or SimpleNamespace(returncode=0, stdout='')
recovery.forget()
process.kill()
say([calls, os.path.exists(recovery.restored())])`)
}

test('a server that still runs on it is ended', () => {
  expect(ends(true)).toEqual([['stop'], false])
})

test('a process that has its number by now is left alone', () => {
  expect(ends(false)).toEqual([[], false])
})
