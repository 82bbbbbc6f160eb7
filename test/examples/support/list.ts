import { type Example, HOST } from './app.ts'

const pip = ['.venv/bin/pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check']
const python = [
  ['python3', '-m', 'venv', '.venv'],
  [...pip, '-r', 'requirements.txt'],
]

/** Those whose toolchains are quick. */
export const QUICK: Example[] = [
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

const APT = 'apt-get -o Dir::State::Lists="$PWD/.apt"'

/** Those whose toolchains take longer. */
export const SLOW: Example[] = [
  {
    name: 'nextjs',
    build: [
      ['npm', 'ci', '--no-audit', '--no-fund'],
      ['env', 'NEXT_TELEMETRY_DISABLED=1', 'npm', 'run', 'build'],
      ['cp', '-r', '.next/static', '.next/standalone/.next/static'],
    ],
    directory: '.next/standalone',
  },
  {
    name: 'spring-boot',
    build: [['mvn', '--batch-mode', '--quiet', 'package']],
    directory: 'target',
    page: `spring at https://${HOST}/`,
  },
  {
    name: 'rails',
    // Debian's packages of Rails stand for what `bundle install` fetches.
    build: [['bundle', 'install', '--local', '--quiet']],
    env: { SECRET_KEY_BASE: 'a'.repeat(64), RAILS_HOSTS: HOST },
    rejects: { otherHost: 403, plainHttp: 301 },
  },
  {
    name: 'static',
    // Debian's nginx stands for the image's, so three paths and the port are others.
    build: [
      // With package lists of its own: those of the computer may be old or none.
      [
        'sh',
        '-c',
        `mkdir -p .apt/partial && ${APT} -qq update && ${APT} download nginx nginx-common`,
      ],
      ['sh', '-c', 'for file in *.deb; do dpkg-deb -x "$file" .nginx; done'],
      [
        'sh',
        '-c',
        'sed "s#listen 8080#listen $PORT#; s#/etc/nginx/mime#$PWD/.nginx/etc/nginx/mime#; s#/usr/share/nginx/html#$PWD/public#" nginx.conf > here.conf',
      ],
    ],
    replace: { nginx: ['.nginx/usr/sbin/nginx', '-p', '.', '-c', 'here.conf'] },
    page: '<h1>static</h1>',
  },
]
