"""The documents' ways to serve the app, from Debian's packages (and Caddy's), each on a port of its own."""

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
APP = Path('/var/www/app')
PACKAGES = (
    *('nginx', 'apache2', 'libapache2-mod-wsgi-py3', 'gunicorn'),
    *(
        'python3-flask',
        'python3-authlib',
        'python3-joserfc',
        'python3-requests',
        'python3-gevent',
        'openssl',
        'wrk',
    ),
)
NGINX = ['nginx', '-g', 'daemon off;']


class Program(NamedTuple):
    words: list[str]
    # In the documents it is the user's own; root starts those that give up root by themselves.
    user: str | None = 'www-data'


class SetUp(NamedTuple):
    name: str
    port: int
    programs: list[Program]


def setups(host: str) -> list[SetUp]:
    return [
        SetUp(
            'nginx + gunicorn gevent (004)',
            9004,
            [
                Program(['gunicorn', '--worker-class', 'gevent', '--bind', '127.0.0.1:5004', 'app:app']),
                Program(NGINX, None),
            ],
        ),
        SetUp(
            'nginx + gunicorn sync (003)',
            9003,
            [Program(['gunicorn', '-b', 'localhost:8000', '-w', '4', 'app:app']), Program(NGINX, None)],
        ),
        SetUp('Apache + mod_wsgi (002)', 9002, [Program(['apache2ctl', '-D', 'FOREGROUND'], None)]),
        SetUp('Flask with an ssl context (001)', 9001, [Program(['python3', 'secure.py'])]),
        SetUp(
            'caddy reverse-proxy + app.run (000)',
            9000,
            [
                Program(['python3', 'app.py']),
                Program(
                    # Port 80 is taken here, so none leads from there to https.
                    [
                        *('caddy', 'reverse-proxy', '--from', f'{host}:9000', '--to', '127.0.0.1:5000'),
                        *('--internal-certs', '--disable-redirects'),
                    ]
                ),
            ],
        ),
    ]


def install() -> None:
    """Debian's packages, none of which starts anything by itself."""
    policy = Path('/usr/sbin/policy-rc.d')
    policy.write_text('#!/bin/sh\nexit 101\n')
    policy.chmod(0o755)
    try:
        apt = ['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300']
        run([*apt, 'update'])
        run([*apt, 'install', '--yes', '--no-install-recommends', *PACKAGES])
    finally:
        policy.unlink()


def prepare(host: str, release: str) -> None:
    """The app, the certificate and the configurations in their places."""
    shutil.copytree(HERE / 'app', APP, dirs_exist_ok=True)
    (APP / 'environment.json').write_text(json.dumps(environment(host, release)))
    run(
        [
            *('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'),
            *('-nodes', '-days', '2', '-subj', f'/CN={host}', '-addext', f'subjectAltName=DNS:{host}'),
            *('-keyout', str(APP / 'server.key'), '-out', str(APP / 'server_chain.pem')),
        ]
    )
    run(['chown', '-R', 'www-data:www-data', str(APP)])
    run(['a2enmod', '-q', 'ssl'])
    run(['a2dissite', '-q', '000-default'])
    Path('/etc/apache2/ports.conf').write_text('')
    for name, path in (
        ('nginx', '/etc/nginx/sites-enabled/default'),
        ('apache', '/etc/apache2/sites-enabled/app.conf'),
    ):
        text = (HERE / 'etc' / f'{name}.conf').read_text().replace('SERVER_NAME', host)
        Path(path).unlink(missing_ok=True)
        Path(path).write_text(text)


def environment(host: str, release: str) -> dict[str, str]:
    """Nobody logs in, so the tenant is asked nothing."""
    return {
        'AUTH0_DOMAIN': 'tenant.example.com',
        'AUTH0_CLIENT_ID': 'none',
        'AUTH0_CLIENT_SECRET': 'none',
        'APP_SECRET_KEY': secrets.token_hex(32),
        'APP_URL': f'https://{host}',
        'APP_RELEASE': release,
        'ALLOWED_EMAILS': 'ada@example.com',
    }


def start(program: Program, log) -> subprocess.Popen:
    home = '/var/tmp/padlock-bench-home'
    os.makedirs(home, exist_ok=True)
    shutil.chown(home, 'www-data', 'www-data')
    return subprocess.Popen(
        program.words,
        cwd=APP,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        **({'user': program.user, 'group': program.user, 'extra_groups': []} if program.user else {}),
        env=os.environ | {'HOME': home, 'PYTHONDONTWRITEBYTECODE': '1'},
    )


def run(words: list[str]) -> str:
    environment = os.environ | {'DEBIAN_FRONTEND': 'noninteractive'}
    done = subprocess.run(words, text=True, capture_output=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f'{" ".join(words)} ends with {done.returncode}:\n{done.stdout}{done.stderr}')
    return done.stdout
