import { join } from 'node:path'
import { openControl } from '../../sandbox/control.ts'
import { COPY, copyProject, edit, inCopy } from './project.ts'
import { pulumi, root, sh, stackOutputs } from './shell.ts'
import { startTraffic } from './traffic.ts'

const RELEASE = 'host/padlock-app/files/usr/lib/padlock/padlock_release/main.py'
const SYSCTL = 'host/padlock-host/files/usr/lib/sysctl.d/60-padlock.conf'

/** @returns an `up` under traffic that must succeed, and what it did to visitors */
async function underTraffic(url: string, what: string, up: () => ReturnType<typeof sh>) {
  const { ip = '' } = await stackOutputs()
  const traffic = startTraffic(url, ip, join(root, '.sandbox/ca/root.pem'))
  const { code, output, seconds } = await up()
  const { sent, failed } = await traffic.stop()
  console.log(`${what}: ${Math.round(seconds)} s, ${sent} requests, ${failed.length} failed`)
  if (code !== 0) throw new Error(output)
  expect(sent).toBeGreaterThan(10)
  expect(failed).toEqual([])
  return output
}

const droplets = async () =>
  (await openControl(join(root, '.sandbox')).status()).droplets.map(({ id }) => id)

/**
 * The host's software changes under a running site, there and back, as another commit would do it.
 * @param onHost a command on the host through the printed ssh command
 * @param stackFile the settings that the stack is deployed with
 */
export function inPlaceTests(
  url: string,
  stackFile: string,
  onHost: (command: string) => ReturnType<typeof sh>,
): void {
  describe('a changed line of the release program and a changed kernel setting', () => {
    let before: string[]
    beforeAll(async () => {
      before = await droplets()
      copyProject(stackFile)
      edit(RELEASE, '"""One release,', '"""Changed. One release,')
      edit(SYSCTL, 'vm.swappiness = 10', 'vm.swappiness = 11')
    })

    test('preview as host software, without downtime', async () => {
      const { output } = await inCopy('./padlock preview --stack dev')
      expect(output).toContain('Host software, no downtime')
      expect(output).toMatch(/padlock-app.*\d\+[0-9a-f]{12}.*\d\+[0-9a-f]{12}/)
      expect(output).toMatch(/systemd-sysctl/)
    })

    test('are upgraded on the same droplet, and no request is lost', async () => {
      await underTraffic(url, 'host software', () =>
        inCopy('pulumi up --yes --skip-preview --non-interactive --stack dev'),
      )
      expect(await droplets()).toEqual(before)
      const { output } = await onHost(
        'cat /proc/sys/vm/swappiness; sudo head -1 /usr/lib/padlock/padlock_release/main.py; dpkg -l "padlock-*"',
      )
      expect(output).toMatch(/^11\n"""Changed\. One release,/m)
      expect(output).toMatch(/^ii {2}padlock-app +\d+\.\d+\.\d+\+[0-9a-f]{12} /m)
    })

    test('go back with the former commit, and again no request is lost', async () => {
      await underTraffic(url, 'host software, back', () =>
        pulumi(`up --yes --skip-preview --config-file ${stackFile}`),
      )
      expect(await droplets()).toEqual(before)
      const { output } = await onHost(
        'cat /proc/sys/vm/swappiness; sudo head -1 /usr/lib/padlock/padlock_release/main.py',
      )
      expect(output).toMatch(/^10\n"""One release,/m)
    })

    test('a package whose maintainer script fails ends the update with the step and the log, and the site serves', async () => {
      edit(
        'host/padlock-proxy/postinst',
        '#!/bin/sh\n',
        '#!/bin/sh\necho broken on purpose >&2\nexit 7\n',
      )
      const { code, output } = await inCopy(
        'pulumi up --yes --skip-preview --non-interactive --stack dev',
      )
      expect(code).not.toBe(0)
      expect(output).toMatch(
        /step packages[\s\S]*broken on purpose[\s\S]*the former packages are back/,
      )
      expect((await onHost('dpkg -l "padlock-*"')).output).not.toMatch(/^.[^i]\S* +padlock-/m)
      const page = await sh(
        `curl -sS --cacert .sandbox/ca/root.pem -o /dev/null -w '%{http_code}' ${url}/healthz`,
      )
      expect(page.output).toBe('200')
      const again = await pulumi(`up --yes --skip-preview --config-file ${stackFile}`)
      expect(again.output).not.toMatch(/error:/)
      expect(again.code).toBe(0)
      expect((await onHost('dpkg -l "padlock-*"')).output).not.toMatch(/^.[^i]\S* +padlock-/m)
      await sh(`rm -rf ${COPY}`)
    })
  })
}
