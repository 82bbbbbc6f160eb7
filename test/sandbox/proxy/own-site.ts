import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type http from 'node:http'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { caddyfile, type ProxySettings } from '../../../components/site/caddyfile.ts'
import { ensureCaddyPackage } from '../../../sandbox/apt/caddy-package.ts'
import { cacheFolder } from '../../../sandbox/deployment/environment.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { run } from '../../../sandbox/run.ts'

/** The package's Caddy, and the host's own program that gives it sites, in a folder. */
export interface OwnSite {
  folder: string
  caddy: string
  httpPort: number
  httpsPort: number
  /** File of what Caddy says. */
  log: string
  /**
   * What the host's `site stage` does with a site; what it prints. Rejects with its message.
   * @param settings ports of its own are those that the site names; it listens on the free ones
   */
  stage(
    settings: Partial<ProxySettings>,
    files: Record<string, unknown>,
    change?: (caddyfile: string) => string,
  ): Promise<string>
  /** What `site serve` does with the one that was staged last. */
  serve(): Promise<string>
  /** Starts one more Caddy with this file; it goes with the rest. */
  also(text: string): Promise<void>
  close(): Promise<void>
}

export const HOST = 'app.example.test'
const PYTHON = `import json, sys
sys.dont_write_bytecode = True
from padlock_release import site, store
from padlock_release.failure import Failure
folder = sys.argv[1]
for name in ('ACME_ROOT', 'CERTIFICATE', 'CLIENT_ROOT', 'CLIENTS', 'CLIENT_MATCHER', 'CADDYFILE', 'STAGED', 'LOADING'):
    path = getattr(site, name)
    setattr(site, name, path.replace(site.PROXY, folder))
site.ADMIN = f'{folder}/admin.sock'
site.PROXY = folder
site.CERTIFICATES = f'{folder}/caddy/.local/share/caddy/certificates'
site._ensure_running = lambda: None
store.shutil.chown = lambda *_, **__: None
try:
    print(site.serve() if sys.argv[2] == 'serve' else site.stage(sys.stdin))
except Failure as failure:
    sys.exit(str(failure))
`

/**
 * @param app listens on the socket that the site's Caddyfile leads to; or that socket in the folder
 * @param more options of Caddy beside the Caddyfile's own
 */
export async function startOwnSite(
  app: http.Server | string,
  more: string[] = [],
): Promise<OwnSite> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-site-'))
  const { path } = await ensureCaddyPackage(cacheFolder())
  await run('dpkg-deb', ['--extract', path, join(folder, 'package')])
  const caddy = join(folder, 'package/usr/bin/caddy')
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const socket = join(folder, typeof app === 'string' ? app : 'app.sock')
  if (typeof app !== 'string') {
    await new Promise<void>((done) => app.listen(socket, done))
    chmodSync(socket, 0o666)
  }
  const started: ReturnType<typeof spawn>[] = []
  const start = async (name: string, text: string) => {
    const home = join(folder, name)
    mkdirSync(home)
    writeFileSync(join(home, 'Caddyfile'), text)
    const log = openSync(join(home, 'log'), 'a')
    const child = spawn(
      caddy,
      ['run', '--adapter', 'caddyfile', '--config', join(home, 'Caddyfile')],
      {
        env: { HOME: home },
        stdio: ['ignore', log, log],
      },
    )
    closeSync(log)
    started.push(child)
  }
  const admin = join(folder, 'admin.sock')
  await start('caddy', `{\n\tadmin unix/${admin}|0600\n}\n`)
  await until(() => existsSync(admin))
  const site = async (verb: 'stage' | 'serve', given = '') => {
    const packages = join(import.meta.dirname, '../../../host/padlock-app/files/usr/lib/padlock')
    const asked = promisify(execFile)('python3', ['-c', PYTHON, folder, verb], { cwd: packages })
    asked.child.stdin?.end(given)
    return (await asked).stdout.trim()
  }

  return {
    folder,
    caddy,
    httpPort,
    httpsPort,
    log: join(folder, 'caddy', 'log'),
    serve: () => site('serve'),
    async stage(settings, files, change = (caddyfile) => caddyfile) {
      const { hostname = HOST } = settings
      const listens = ['127.0.0.1', ...(isIP(hostname) ? [hostname] : [])]
      const text = caddyfile({
        httpPort,
        httpsPort,
        acmeDirectory: 'https://acme.example.test/directory',
        responseSeconds: 5,
        maxBodyMiB: 1,
        drainSeconds: 30,
        ...settings,
        hostname,
      })
        .replaceAll('/var/lib/padlock/proxy', folder)
        .replace(/\thttp_port .*/, `\thttp_port ${httpPort}`)
        .replace(/\thttps_port .*/, `\thttps_port ${httpsPort}`)
        .replace('unix//run/caddy/admin.sock', `unix/${admin}`)
        .replace('unix//srv/app/current/app.sock', `unix/${socket}`)
        .replaceAll(/unix\/\/srv\/app\/(current-\d+)/g, `unix/${folder}/app/$1`)
        .replace(
          '\tauto_https',
          [`\tdefault_bind ${listens.join(' ')}`, ...more, 'auto_https'].join('\n\t'),
        )
      return site(
        'stage',
        JSON.stringify({ host: HOST, caddyfile: change(text), acmeRoot: null, ...files }),
      )
    },
    async also(text) {
      await start(`caddy-${started.length}`, text)
    },
    async close() {
      for (const child of started) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      if (typeof app !== 'string') {
        app.closeAllConnections()
        app.close()
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** @throws Error after a minute */
export async function until(good: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    if (await good()) return
    await sleep(100)
  }
  throw new Error('it does not come to that')
}
