/** Apps that know nothing of this project, built and asked as the host asks them. */
import { bringUp, type Example, HOST } from './support/app.ts'

jest.setTimeout(300_000)

const pip = ['.venv/bin/pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check']
const python = [
  ['python3', '-m', 'venv', '.venv'],
  [...pip, '-r', 'requirements.txt'],
]

const examples: Example[] = [
  { name: 'express', build: [['npm', 'ci', '--omit=dev', '--no-audit', '--no-fund']] },
  { name: 'fastapi', build: python },
  {
    name: 'django',
    build: python,
    env: { DJANGO_SECRET_KEY: 'a'.repeat(50), DJANGO_ALLOWED_HOSTS: HOST },
    // Why the probe must ask as the proxy does.
    rejects: { otherHost: 400, plainHttp: 301 },
  },
  {
    name: 'go',
    build: [['env', 'CGO_ENABLED=0', 'go', 'build', '-o', 'shop', '.']],
    replace: { '/shop': ['./shop'] },
  },
]

test.each(examples)('$name serves on PORT, ready as the proxy asks', bringUp)
