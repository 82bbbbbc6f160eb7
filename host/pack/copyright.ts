/** The file that Debian's policy asks of every package (copyright-format 1.0). */
export const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: padlock

Files: *
Copyright: 2026 the authors of padlock
License: Apache-2.0
 On Debian systems the full text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`
