import type { Ran } from '../e2e/shell.ts'

export interface Newer {
  package: string
  /** One that its next version ships changed; none unless said. */
  conffile?: string
  /** Of its repository, as in a Release file; from the shell of the host, so `$name` is a variable there. */
  origin: string
  codename: string
}

/** Debian's own, on the machines of the sandbox. */
export const DEBIAN = { origin: 'Debian', codename: 'trixie' }

/** The version that they have. */
export const NEWER_VERSION = '99.0-1'

const REPOSITORY = `
set -eu
newer() {
  package=$1 origin=$2 codename=$3 conffile=\${4-}
  folder=/root/newer/$package
  rm -rf "$folder" && mkdir -p "$folder" && cd "$folder"
  apt-get -q download "$package" >/dev/null
  dpkg-deb --raw-extract "$package"_*.deb tree && rm "$package"_*.deb
  sed -i 's/^Version: .*/Version: ${NEWER_VERSION}/' tree/DEBIAN/control
  if [ -n "$conffile" ]; then echo '# another default' >>"tree$conffile"; fi
  (cd tree && find . -path ./DEBIAN -prune -o -type f -printf '%P\\0' | xargs -0 md5sum >DEBIAN/md5sums)
  dpkg-deb --root-owner-group -Znone --build tree "$package.deb" >/dev/null && rm -r tree
  {
    dpkg-deb --field "$package.deb"
    printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n' "$package" \\
      "$(stat -c %s "$package.deb")" "$(sha256sum "$package.deb" | cut -d' ' -f1)"
  } >Packages
  {
    printf 'Origin: %s\\nLabel: %s\\nSuite: %s\\nCodename: %s\\nDate: %s\\nSHA256:\\n' \\
      "$origin" "$origin" "$codename" "$codename" "$(date -Ru)"
    printf ' %s %s Packages\\n' "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)"
  } >Release
  echo "deb [trusted=yes] file:$folder ./" >"/etc/apt/sources.list.d/newer-$package.list"
}
`

/**
 * Gives a host a newer version of packages that it has, as their repositories may tomorrow.
 * @param onHost a command on the host
 * @param before shell that sets variables for `origin` and `codename`
 * @throws Error with what the host said
 */
export async function offerNewer(
  onHost: (command: string) => Promise<Ran>,
  packages: Newer[],
  before = '',
): Promise<void> {
  const each = packages.map(
    ({ package: name, origin, codename, conffile = '' }) =>
      `newer ${name} "${origin}" "${codename}" ${conffile}`,
  )
  const after = ['chmod -R a+rX /root/newer', 'chmod a+x /root', 'apt-get -q update >/dev/null']
  const script = [REPOSITORY, before, ...each, ...after].join('\n')
  const { code, output } = await onHost(`sudo bash <<'SCRIPT'\n${script}\nSCRIPT\necho "made: $?"`)
  if (code !== 0 || !/made: 0/.test(output)) throw new Error(output)
}
