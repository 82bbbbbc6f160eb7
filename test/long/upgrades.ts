import type { Ran } from '../e2e/shell.ts'

/**
 * Packages that ship another conffile, as an owner's repositories may have them tomorrow: of Caddy
 * from its own repository and of nftables from Debian. $1 is the folder for them.
 */
const NEWER_PACKAGES = `
set -eu
newer() {
  package=$1 conffile=$2 origin=$3 label=$4 codename=$5
  folder=/root/newer/$package
  rm -rf "$folder" && mkdir -p "$folder" && cd "$folder"
  apt-get -q download "$package" >/dev/null
  dpkg-deb --raw-extract "$package"_*.deb tree && rm "$package"_*.deb
  sed -i 's/^Version: .*/Version: 99.0-1/' tree/DEBIAN/control
  echo '# another default' >>"tree$conffile"
  (cd tree && find usr etc -type f -exec md5sum {} + >DEBIAN/md5sums)
  dpkg-deb --root-owner-group -Znone --build tree "$package.deb" >/dev/null && rm -r tree
  {
    dpkg-deb --field "$package.deb"
    printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n' "$package" \\
      "$(stat -c %s "$package.deb")" "$(sha256sum "$package.deb" | cut -d' ' -f1)"
  } >Packages
  {
    printf 'Origin: %s\\nLabel: %s\\nSuite: %s\\nCodename: %s\\nDate: %s\\nSHA256:\\n' \\
      "$origin" "$label" "$codename" "$codename" "$(date -Ru)"
    printf ' %s %s Packages\\n' "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)"
  } >Release
  echo "deb [trusted=yes] file:$folder ./" >"/etc/apt/sources.list.d/newer-$package.list"
}
pin=$(sed -n 's/^Pin: release o=\\(.*\\),n=\\(.*\\)$/\\1 \\2/p' /etc/apt/preferences.d/caddy | head -1)
newer caddy /etc/caddy/Caddyfile "\${pin% *}" "\${pin% *}" "\${pin#* }"
newer nftables /etc/nftables.conf Debian Debian trixie
chmod -R a+rX /root/newer && chmod a+x /root
apt-get -q update >/dev/null
`

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
    beforeAll(async () => {
      const { code, output } = await onHost(
        `sudo bash <<'SCRIPT'\n${NEWER_PACKAGES}\nSCRIPT\necho "made: $?"`,
      )
      if (code !== 0 || !/made: 0/.test(output)) throw new Error(output)
    })

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
      expect(found).toMatch(/^caddy 99\.0-1 installed\nnftables 99\.0-1 installed$/m)
      expect(found.match(/# another default/g)).toHaveLength(2)
      expect(found).toMatch(/tcp dport \{ 2222, 8080, 8443 \} accept/)
      expect(found).toMatch(/active\nactive\s*$/)
      expect(await answers()).toBe(true)
    })
  })
}
