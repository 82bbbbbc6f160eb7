"""A real OpenID provider for the tests, and a person who logs in at it."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

ROOT = Path(__file__).parents[2]
PASSWORD = "sandbox"


def _node():
    """The repository's own Node: the provider is TypeScript, which an older one cannot run."""
    own = ROOT / "node_modules" / ".bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    assert node, "the login tests need the repository's Node packages: npm install"
    return node


def trusting(root):
    """An HTTP client for which this root alone counts, whatever the environment says."""
    client = requests.Session()
    client.trust_env = False
    client.verify = root
    return client


class Served:
    """A program of the repository's that lives until its standard input ends."""

    def __init__(self, program, folder, *args):
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [_node(), ROOT / "test" / "support" / program, folder, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={"PATH": os.environ["PATH"]},
        )
        line = self._process.stdout.readline()
        assert line, (folder / "log").read_text()
        self.facts = json.loads(line)
        self.root = self.facts["root"]

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._log.close()


class Provider(Served):
    def __init__(self, folder):
        super().__init__("tenant.ts", folder)
        self.domain = self.facts["domain"]
        self._http = trusting(self.root)
        self._manager = self.facts["management"]
        self._token = self._access_token()

    def register(self, *urls):
        """An application for these base URLs, set up as a deployment does it."""
        return self.manage(
            "POST",
            "clients",
            name="app",
            app_type="regular_web",
            oidc_conformant=True,
            grant_types=["authorization_code"],
            token_endpoint_auth_method="client_secret_post",
            jwt_configuration={"alg": "RS256"},
            callbacks=[f"{url}/callback" for url in urls],
            allowed_logout_urls=[f"{url}/" for url in urls],
        )

    def manage(self, method, path, **body):
        answer = self._http.request(
            method,
            f"https://{self.domain}/api/v2/{path}",
            json=body or None,
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def _access_token(self):
        answer = self._http.post(
            f"https://{self.domain}/oauth/token",
            json={
                "grant_type": "client_credentials",
                "client_id": self._manager["clientId"],
                "client_secret": self._manager["clientSecret"],
                "audience": f"https://{self.domain}/api/v2/",
            },
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()["access_token"]


class Issuer(Served):
    """An issuer that is no Auth0 tenant; the options are those of sandbox/issuer."""

    def __init__(self, folder, **options):
        super().__init__("issuer.ts", folder, json.dumps(options))
        self.issuer = self.facts["issuer"]
        self.domain = urlsplit(self.issuer).netloc


class Person:
    """Sits before the provider's pages with a browser of their own."""

    def __init__(self, provider):
        self.browser = trusting(provider.root)
        self.site = f"https://{provider.domain}/"
        self.passwords_typed = 0

    def authorize(self, url, email, password=PASSWORD):
        """Goes where the app sends the browser, logs in if asked, and gives back the address on
        the app that the provider sends the browser to."""
        answer = self._leave(self.browser.get(url, allow_redirects=False, timeout=30))
        if not isinstance(answer, str):
            action = re.search(r'<form method="post" action="([^"]+)"', answer.text)
            assert action, answer.text
            self.passwords_typed += 1
            fields = {"username": email, "password": password, "action": "default"}
            target = urljoin(answer.url, unescape(action[1]))
            answer = self._leave(
                self.browser.post(target, data=fields, allow_redirects=False, timeout=30)
            )
        assert isinstance(answer, str), answer.text
        return answer

    def post(self, url, fields):
        """Where the provider sends the browser on after a form of its own."""
        answer = self._leave(self.browser.post(url, data=fields, allow_redirects=False, timeout=30))
        assert isinstance(answer, str), answer.text
        return answer

    def visit(self, url):
        """Where the provider sends the browser on from this address of its own."""
        answer = self._leave(self.browser.get(url, allow_redirects=False, timeout=30))
        assert isinstance(answer, str), answer.text
        return answer

    def _leave(self, answer):
        while answer.is_redirect:
            url = urljoin(answer.url, answer.headers["Location"])
            if not url.startswith(self.site):
                return url
            answer = self.browser.get(url, allow_redirects=False, timeout=30)
        if "document.forms[0].submit()" in answer.text:  # as a browser's script would
            action = urljoin(answer.url, re.search(r'action="([^"]+)"', answer.text)[1])
            fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text))
            return self._leave(
                self.browser.post(action, data=fields, allow_redirects=False, timeout=30)
            )
        return answer
