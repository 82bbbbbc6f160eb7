import { setTimeout as sleep } from 'node:timers/promises'
import { copyProject, edit, inCopy } from '../e2e/project.ts'
import { type Ran, sh } from '../e2e/shell.ts'

const POSTINST = 'host/padlock-proxy/postinst'

/** An update of the copy's host software that waits in the midst of dpkg for so many seconds. */
function slowInstallation(seconds: number): Promise<Ran> {
  copyProject('Pulumi.dev.yaml')
  edit(POSTINST, 'set -e\n', `set -e\n[ "$1" != configure ] || sleep ${seconds}\n`)
  return update()
}

const update = () => inCopy('pulumi up --yes --skip-preview --non-interactive --stack dev', 15)

/** The same without the wait. */
function quickInstallation(): Promise<Ran> {
  copyProject('Pulumi.dev.yaml')
  edit(POSTINST, 'set -e\n', 'set -e\n: without a wait\n')
  return update()
}

/** Polls until it is so. */
async function until(what: string, minutes: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + minutes * 60_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${minutes} minutes`)
    await sleep(2000)
  }
}

/**
 * Kills and losses of power on the host of a stack that is up.
 * @param onHost a command on the host
 * @param answers whether the site answers
 */
export function outageTests(
  onHost: (command: string) => Promise<Ran>,
  answers: () => Promise<boolean>,
): void {
  const inTheMidst = (seconds: number) =>
    until('dpkg runs the maintainer script', 5, async () =>
      /^\d+$/m.test((await onHost(`pgrep -fx 'sleep ${seconds}'`)).output),
    )
  /** Our packages on the host, one a line: "status name version". */
  const packages = async () => {
    const { output } = await onHost(
      `dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' 'padlock-*'`,
    )
    return output.split('\n').filter((line) => /^\S+ padlock-/.test(line))
  }
  const backTo = (before: string[]) =>
    until('the former packages are back', 8, async () => `${await packages()}` === `${before}`)

  test('a kill in the midst of an installation: the site serves, the former packages come back, and the next up goes on', async () => {
    const before = await packages()
    expect(before.filter((line) => line.startsWith('installed '))).toHaveLength(4)
    const killed = slowInstallation(61)
    await inTheMidst(61)
    await onHost("sudo pkill -KILL -f '/bundles/.*/install'; sudo pkill -KILL dpkg")
    const { code, output } = await killed
    expect(output).toMatch(/-packages/)
    expect(code).not.toBe(0)
    expect(await answers()).toBe(true)
    await backTo(before)
    expect(await answers()).toBe(true)

    const again = await quickInstallation()
    if (again.code !== 0) throw new Error(again.output)
    const after = await packages()
    expect(after.filter((line) => line.startsWith('installed '))).toHaveLength(4)
    expect(after).not.toEqual(before)
    expect(await answers()).toBe(true)
  })

  test('a loss of power in the midst of an installation: the site and the former packages are back after the boot', async () => {
    // As on Debian's images; the sandbox's lets dpkg leave files unwritten.
    await onHost('sudo rm -f /etc/dpkg/dpkg.cfg.d/unsafe-io')
    const installed = await packages()
    const cut = slowInstallation(62)
    await inTheMidst(62)
    const { output: before } = await onHost('cat /proc/sys/kernel/random/boot_id')
    const action = await sh(`. .sandbox/env
      api=$(node -p "JSON.parse(fs.readFileSync('.sandbox/sandbox.json')).digitalocean.url")
      ask() { curl -sS --fail-with-body -H "Authorization: Bearer $DIGITALOCEAN_TOKEN" -H 'Content-Type: application/json' "$@"; }
      id=$(ask "$api/v2/droplets" | node -p 'JSON.parse(fs.readFileSync(0)).droplets[0].id')
      ask -d '{"type":"power_cycle"}' "$api/v2/droplets/$id/actions"`)
    expect(action).toMatchObject({ code: 0, output: expect.stringContaining('power_cycle') })
    const began = Date.now()
    const { code } = await cut
    expect(code).not.toBe(0)
    await until('the host is back', 5, async () => {
      const { output } = await onHost('cat /proc/sys/kernel/random/boot_id')
      return /^[0-9a-f-]{36}$/m.test(output) && output !== before
    })
    await until('the site is back', 5, answers)
    console.log(
      `after a loss of power the site is back within ${Math.round((Date.now() - began) / 1000)} s`,
    )
    expect((await onHost('findmnt -no OPTIONS /srv/app/releases')).output).toContain('nosymfollow')

    await backTo(installed)
    expect(await answers()).toBe(true)
  })

  test('./padlock status and ssh name what is on the host', async () => {
    const status = await sh('. .sandbox/env && ./padlock status --stack dev')
    expect(status.code).toBe(0)
    expect(status.output).toMatch(/padlock-app.*\d\+[0-9a-f]{12}/)
    expect(status.output).toMatch(
      /^certificates\n {2}dev\.padlock\.localhost {2}ends .* days left/m,
    )
    const timer = await onHost(
      'systemctl is-active padlock-expiry.timer; sudo systemctl start padlock-expiry && sudo cat /var/lib/padlock/proxy/certificates.json',
    )
    expect(timer.output).toMatch(/^active\n[\s\S]*"state": "good"/m)
    const ssh = await sh('. .sandbox/env && ./padlock ssh --stack dev "dpkg -l \'padlock-*\'"')
    expect(ssh).toMatchObject({ code: 0, output: expect.stringMatching(/^ii {2}padlock-proxy /m) })
  })

  test('a link to another socket, planted by the app in its own container, answers nobody', async () => {
    const { output } = await onHost(`
      podman_app() { sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) podman "$@"; }
      socket=$(podman_app exec "$(podman_app ps -q | head -1)" sh -c 'echo $APP_SOCKET')
      podman_app exec "$(podman_app ps -q | head -1)" sh -c "mv $socket $socket.own && ln -s /run/caddy/admin.sock $socket"
      podman_app exec "$(podman_app ps -q | head -1)" sh -c "ls -l $socket"`)
    expect(output).toMatch(/app\.sock -> \/run\/caddy\/admin\.sock/)
    const page = await sh(
      "curl -sS --cacert .sandbox/ca/root.pem -w ' %{http_code}' https://dev.padlock.localhost:8443/config/",
    )
    expect(page.output).toMatch(/ 503$/)
    expect(page.output).not.toMatch(/"apps"/)
    const { output: back } = await onHost(`
      podman_app() { sudo -u app env -C / XDG_RUNTIME_DIR=/run/user/$(id -u app) podman "$@"; }
      podman_app exec "$(podman_app ps -q | head -1)" sh -c 'mv $APP_SOCKET.own $APP_SOCKET; ls -l $APP_SOCKET'`)
    expect(back).toMatch(/^s/m)
    expect(await answers()).toBe(true)
  })
}
