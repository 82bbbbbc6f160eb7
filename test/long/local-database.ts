import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { logIn, openBrowser, type Window } from '../e2e/browser.ts'
import { type Ran, root, sh } from '../e2e/shell.ts'
import { DEBIAN, NEWER_VERSION, offerNewer } from './newer-packages.ts'
import { MIGRATE } from './reference-app.ts'
import { ask as request } from './visitor.ts'

const FOLDER = '.sandbox/database'
const PSQL = 'sudo -u postgres psql -XAtq --no-password'
/** Whoever waits for a server that was killed, or a host that boots. */
const BACK_MINUTES = 8

/**
 * A database on the smallest droplet, from nothing to its end: the sandbox runs, and has no stack.
 * @param url of the dev stack
 * @param onHost a command on its host
 */
export function localDatabaseTests(url: string, onHost: (command: string) => Promise<Ran>): void {
  const app = join(root, FOLDER, 'app')
  let browser: Window
  const configure = (more: string[]) => {
    const settings = readFileSync(join(root, 'Pulumi.dev.yaml'), 'utf8').trimEnd()
    const own = [`appSource: ${FOLDER}/app`, 'size: s-1vcpu-512mb-10gb', 'volume: 1', ...more]
    const text = [settings, ...own.map((line) => `  ${line}`), ''].join('\n')
    writeFileSync(join(root, FOLDER, 'Pulumi.dev.yaml'), text)
  }
  const up = () =>
    sh(
      `. .sandbox/env && { pulumi stack select dev || pulumi stack init dev; } >/dev/null 2>&1
       pulumi up --yes --skip-preview --non-interactive --stack dev --config-file ${FOLDER}/Pulumi.dev.yaml`,
      { minutes: 25 },
    )
  const mustUp = async () => {
    const { code, output } = await up()
    if (code !== 0) throw new Error(output)
  }
  /** What a visitor who logs in is told. */
  async function visit(): Promise<string> {
    const page = await browser.visit()
    await logIn(page, url, 'ada@example.com', 'sandbox')
    await page.getByRole('heading', { name: 'Hello, Ada Lovelace!' }).waitFor()
    const text = (await page.textContent('dl')) ?? ''
    await page.context().close()
    return /visit number \d+/.exec(text)?.[0] ?? 'no visit'
  }
  const number = async () => Number((await visit()).replace('visit number ', ''))
  const ask = async (statement: string) =>
    (await onHost(`${PSQL} -d app -c "${statement}"`)).output.trim().split('\n').at(-1)
  /** How long until the server answers again, seconds. */
  async function back(): Promise<number> {
    const began = Date.now()
    while ((await ask('SELECT 4711')) !== '4711') {
      if (Date.now() - began > BACK_MINUTES * 60_000) throw new Error('PostgreSQL is not back')
      await sleep(500)
    }
    return Math.round((Date.now() - began) / 1000)
  }

  /** A host that has booted starts its app after the database. */
  async function served(): Promise<void> {
    const ca = readFileSync(join(root, '.sandbox/ca/root.pem'), 'utf8')
    const began = Date.now()
    const ready = () =>
      request(new URL('/readyz', url), ca).then(
        ({ status }) => status === 200,
        () => false,
      )
    while (!(await ready())) {
      if (Date.now() - began > BACK_MINUTES * 60_000) throw new Error('the app is not ready')
      await sleep(1000)
    }
  }

  describe('a database on the host', () => {
    beforeAll(async () => {
      rmSync(join(root, FOLDER), { recursive: true, force: true })
      cpSync(join(root, 'app'), app, {
        recursive: true,
        filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
      })
      configure(['database: local', `releaseCommand: ${MIGRATE}`])
      await mustUp()
      browser = await openBrowser(join(root, '.sandbox/ca/root.pem'))
    })
    afterAll(async () => {
      await browser?.close()
      rmSync(join(root, FOLDER), { recursive: true, force: true })
    })

    test('a login is visit 1, and visit 2 after another release', async () => {
      expect(await visit()).toBe('visit number 1')
      const template = join(app, 'greeter/templates/home.html')
      const text = readFileSync(template, 'utf8')
      writeFileSync(template, text.replace('You are logged in', 'Welcome back: you are logged in'))
      await mustUp()
      expect(await visit()).toBe('visit number 2')
    })

    test('its rows are on the volume, it has no port, and what it holds fits 512 MB', async () => {
      const { output } = await onHost(
        'findmnt -no SOURCE,TARGET /var/lib/postgresql; sudo ss -ltnp | grep -c postgres; free -m',
      )
      expect(output).toMatch(/\[\/postgresql\] +\/var\/lib\/postgresql/)
      expect(output).toMatch(/^0$/m)
      expect(await ask('SHOW shared_buffers')).toBe('48MB')
      console.log(`a database on 512 MB:\n${output}`)
    })

    test('a migration that fails refuses the release; schema and old version stay', async () => {
      const before = await number()
      const wrong = join(app, 'greeter/migrations/versions/0002_wrong.py')
      writeFileSync(
        wrong,
        'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\n\n\ndef upgrade():\n' +
          '    op.execute("ALTER TABLE visits DROP COLUMN number")\n    op.execute("SELECT nonsense")\n',
      )
      const { code, output } = await up()
      rmSync(wrong)
      expect(code).not.toBe(0)
      expect(output).toContain('column "nonsense" does not exist')
      expect(await ask('SELECT version_num FROM alembic_version')).toBe('0001')
      expect(await number()).toBe(before + 1)
    })

    test('a server that is killed is back by itself, with every row', async () => {
      const before = await number()
      await onHost('sudo kill -9 $(systemctl show -p MainPID --value postgresql@17-main)')
      console.log(`PostgreSQL is back ${await back()} s after a kill`)
      expect(await number()).toBe(before + 1)
    })

    test('a newer PostgreSQL comes by itself, in the hour before the reboot, and the app goes on', async () => {
      const before = await number()
      const running = async () => {
        const { output } = await onHost(
          `systemctl show -p MainPID --value postgresql@17-main
           dpkg-query -W -f '\${Version}\n' postgresql-17`,
        )
        return output.trim().split('\n').slice(-2)
      }
      const [pid, version] = await running()
      await offerNewer(onHost, [{ package: 'postgresql-17', ...DEBIAN }])
      // As its timer starts it, on a day that had none yet (apt.systemd.daily).
      const { output } = await onHost(
        `sudo rm -f /var/lib/apt/periodic/upgrade-stamp
         systemctl show -p NextElapseUSecRealtime apt-daily-upgrade.timer
         sudo systemctl start apt-daily-upgrade.service; systemctl show -p Result apt-daily-upgrade.service
         sudo journalctl -u postgresql@17-main -o short-unix --since '-20min' | grep -E 'Stopping|Stopped|Started'
         echo "unfinished: $(sudo dpkg --audit)"`,
      )
      console.log(`an upgrade of PostgreSQL ${version} by itself:\n${output}`)
      expect(output).toMatch(/^Result=success$/m)
      expect(output).toMatch(/^unfinished: $/m)
      expect(output).toMatch(/^NextElapseUSecRealtime=.* 0(2:[345]\d|3:00):\d\d UTC$/m)
      await back()
      const [pidNow, versionNow] = await running()
      expect([versionNow, pidNow === pid]).toEqual([NEWER_VERSION, false])
      expect(await number()).toBe(before + 1)
    })

    test('after a reboot every row is there', async () => {
      const before = await number()
      const { output: boot } = await onHost('cat /proc/sys/kernel/random/boot_id')
      await onHost('sudo systemctl reboot')
      const began = Date.now()
      for (;;) {
        const { output } = await onHost('cat /proc/sys/kernel/random/boot_id')
        if (/^[0-9a-f-]{36}$/m.test(output) && output !== boot) break
        if (Date.now() - began > BACK_MINUTES * 60_000) throw new Error('the host is not back')
        await sleep(2000)
      }
      await back()
      await served()
      expect(await number()).toBe(before + 1)
    })

    test('without it, and with it again, every row is found', async () => {
      const before = await number()
      configure([])
      await mustUp()
      expect(await visit()).toBe('no visit')
      const { output } = await onHost(
        'systemctl is-active postgresql@17-main; dpkg -l padlock-database',
      )
      expect(output).toMatch(/^inactive$/m)
      expect(output).not.toMatch(/^ii {2}padlock-database/m)
      configure(['database: local', `releaseCommand: ${MIGRATE}`])
      await mustUp()
      expect(await number()).toBe(before + 1)
    })
  })
}
