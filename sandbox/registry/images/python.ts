import { join } from 'node:path'
import { type OwnImage, PATH } from './image.ts'

/** Debian's Python with venv and pip, time zones, authorities, a shell, useradd; no apt, no compiler. */
export const python: OwnImage = {
  repository: 'python',
  tags: ['3-trixie', '3.13-slim'],
  packages: ['python3', 'python3-venv', 'python3-pip', 'passwd', 'ca-certificates', 'tzdata'],
  hooks: [join(import.meta.dirname, 'python.sh')],
  env: { PATH, LANG: 'C.UTF-8' },
  command: ['python3'],
}
