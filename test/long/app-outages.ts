import { setTimeout as sleep } from 'node:timers/promises'
import type { Ran } from '../e2e/shell.ts'

const APP = 'app() { sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) podman "$@"; }'
const WEB = '$(app ps -q --filter name=app-)'

/**
 * An app that dies, hangs or has lost its image is back by itself; the time is printed.
 * @param onHost a command on the host
 * @param answers whether the site answers
 */
export function appOutageTests(
  onHost: (command: string) => Promise<Ran>,
  answers: () => Promise<boolean>,
): void {
  test.each([
    ['is killed', `app kill --signal KILL ${WEB}`, 1],
    ['hangs', `app pause ${WEB}`, 5],
    ['has lost its image', 'app rmi --force --all', 15],
  ])('an app that %s is back by itself', async (what, command, minutes) => {
    expect(await answers()).toBe(true)
    const before = await onHost(`${APP}\napp ps -q`)
    const began = Date.now()
    const done = await onHost(`${APP}\n${command}`)
    expect(done.code).toBe(0)
    const deadline = began + minutes * 60_000
    const isNew = async () => (await onHost(`${APP}\napp ps -q`)).output !== before.output
    while (!((await isNew()) && (await answers()))) {
      if (Date.now() > deadline) throw new Error(`not back within ${minutes} minutes`)
      await sleep(1000)
    }
    console.log(`an app that ${what} is back after ${Math.round((Date.now() - began) / 1000)} s`)
  })
}
