import type { Ran } from '../e2e/shell.ts'
import { DEBIAN, NEWER_VERSION, type Newer, offerNewer } from './newer-packages.ts'

/** The Caddy of a host is of the repository that its preferences name. */
const CADDYS_ORIGIN = `
caddys() { sed -n "s/^Pin: release o=\\(.*\\),n=\\(.*\\)$/\\$1/p" /etc/apt/preferences.d/caddy | head -1; }
origin_of_caddy=$(caddys 1) codename_of_caddy=$(caddys 2)
`
const CADDY: Newer = {
  ...{ package: 'caddy', conffile: '/etc/caddy/Caddyfile' },
  ...{ origin: '$origin_of_caddy', codename: '$codename_of_caddy' },
}
const NFTABLES: Newer = { package: 'nftables', conffile: '/etc/nftables.conf', ...DEBIAN }

/** What unattended-upgrades(8) says with -d where dpkg would not ask. */
const NO_QUESTION = 'Packages blacklist due to conffile prompts: []'

/**
 * Upgrades by themselves: packages whose conffiles have changed must not end in dpkg's question.
 * @param onHost a command on the host
 * @param answers whether the site answers
 */
export function upgradeTests(
  onHost: (command: string) => Promise<Ran>,
  answers: () => Promise<boolean>,
): void {
  describe('newer packages of Caddy and nftables with other conffiles', () => {
    beforeAll(() => offerNewer(onHost, [CADDY, NFTABLES], CADDYS_ORIGIN))

    test('are upgradable without a question, says unattended-upgrade', async () => {
      const { output } = await onHost('sudo unattended-upgrade --dry-run -d 2>&1')
      expect(output).toMatch(/Packages that will be upgraded:.*caddy.*nftables/s)
      expect(output).toContain(NO_QUESTION)
    })

    test('are upgraded by it, with their conffiles, and the site answers', async () => {
      const { output } = await onHost('sudo unattended-upgrade -d 2>&1')
      expect(output).toContain(NO_QUESTION)
      const { output: found } = await onHost(
        `dpkg-query -W -f '\${Package} \${Version} \${db:Status-Status}\\n' caddy nftables; tail -n 1 /etc/caddy/Caddyfile /etc/nftables.conf; sudo nft list chain inet padlock input; systemctl is-active caddy nftables`,
      )
      expect(found).toContain(
        `caddy ${NEWER_VERSION} installed\nnftables ${NEWER_VERSION} installed\n`,
      )
      expect(found.match(/# another default/g)).toHaveLength(2)
      expect(found).toMatch(/tcp dport \{ 2222, 8080, 8443 \} accept/)
      expect(found).toMatch(/active\nactive\s*$/)
      expect(await answers()).toBe(true)
    })
  })
}
