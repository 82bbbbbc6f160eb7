import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type AcmeServer, startAcme } from '../../../sandbox/acme/index.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { startDns } from '../../../sandbox/dns/index.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { HOST, type OwnSite, startOwnSite } from './own-site.ts'
import { smallApp } from './small-app.ts'

/** A site whose certificates last for seconds, of an ACME server that can go away. */
export interface Renewing {
  site: OwnSite
  /** PEM; what the site's certificates chain to. */
  root: string
  /** Directory of the authority. */
  acme: string
  /** The authority's end. */
  closeAcme(): Promise<void>
  /**
   * The host's own program, on this site and what this Caddy says: standard output and error.
   * @param ahead seconds that its clock is ahead of ours
   */
  expiry(verb: 'check' | 'show', ahead?: number): Promise<{ stdout: string; stderr: string }>
  close(): Promise<void>
}

const PACKAGES = join(import.meta.dirname, '../../../host/padlock-proxy/files/usr/lib/padlock')
const PROGRAM = `import os, sys
sys.dont_write_bytecode = True
from datetime import datetime, timedelta
from padlock_expiry import report
class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=float(sys.argv[3]))
report.datetime = Ahead
report.PROXY = sys.argv[1]
os.environ['PATH'] = sys.argv[1] + '/bin:' + os.environ['PATH']
sys.exit(report.main(sys.argv[2:3]))
`

/**
 * Caddy looks every second whether it is time to renew, not every ten minutes.
 * @param own the site's name, or an address of loopback; another Pebble than the installed one; the
 *   app as in `startOwnSite`; and which part of the validity is left when Caddy renews, if not its own
 *   third
 */
export async function startRenewing(
  validitySeconds: number,
  {
    hostname = HOST,
    pebble,
    app = smallApp(),
    left,
  }: {
    hostname?: string
    pebble?: string
    app?: Parameters<typeof startOwnSite>[0]
    left?: number
  } = {},
): Promise<Renewing> {
  const dir = mkdtempSync(join(tmpdir(), 'padlock-acme-'))
  const authority = await openAuthority(dir)
  const host = '127.0.0.1'
  const dns = await startDns({
    host,
    port: await freePort(),
    resolve: (name, type) => (name === HOST && type === 'A' ? [{ type, data: host, ttl: 1 }] : []),
  })
  const site = await startOwnSite(app, [
    'renew_interval 1s',
    ...(left ? [`renewal_window_ratio ${left}`] : []),
  ])
  const acme: AcmeServer = await startAcme({
    dir,
    authority,
    host,
    name: 'localhost',
    stagingName: 'acme-staging.sandbox.localhost',
    frontPort: await freePort(),
    port: await freePort(),
    managementPort: await freePort(),
    httpPort: site.httpPort,
    tlsPort: site.httpsPort,
    dnsServer: `${host}:${dns.port}`,
    validitySeconds,
    program: pebble,
    log: () => undefined,
  })
  await acme.warm()
  const acmeRoot = authority.rootPem
  const staged = { acmeDirectory: acme.directory, acmeRoot, hostname }
  await site.stage(staged, { acmeRoot, host: hostname })
  await site.serve()
  stubJournal(site)
  let closed: Promise<void> | undefined
  const closeAcme = () => {
    closed ??= acme.close()
    return closed
  }
  return {
    site,
    root: authority.rootPem,
    acme: acme.directory,
    closeAcme,
    expiry(verb, ahead = 0) {
      const words = ['-c', PROGRAM, site.folder, verb, String(ahead)]
      return promisify(execFile)('python3', words, { cwd: PACKAGES })
    },
    async close() {
      await Promise.all([site.close(), closeAcme(), dns.close()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** journalctl with this Caddy's log: the last lines first that match `--grep`. */
function stubJournal(site: OwnSite): void {
  const script = `#!/bin/sh
for word; do case $word in --grep=*) pattern=\${word#--grep=} ;; esac; done
tac '${site.log}' | grep -E "$pattern"
`
  mkdirSync(join(site.folder, 'bin'))
  writeFileSync(join(site.folder, 'bin', 'journalctl'), script, { mode: 0o755 })
}
