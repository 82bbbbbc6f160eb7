import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../sandbox/ports.ts'
import { until } from './own-site.ts'
import type { Proxied } from './real-caddy.ts'

export interface Http3 {
  /** GET / with the lines of that number. */
  ask(number: number, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

/**
 * A Caddy that asks the site over HTTP/3 alone, and says these lines itself: of a visitor's it would drop
 * some on their way.
 * @param lines of a request each, such as `X-Forwarded-Email: ada@example.com`
 */
export async function overHttp3(site: Proxied, lines: string[][]): Promise<Http3> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-http3-'))
  const port = await freePort()
  const [host, httpsPort] = site.name.split(':')
  writeFileSync(join(folder, 'root.pem'), site.root)
  const said = (line: string) => line.replace(/^(.*?): *(.*)$/, 'header_up +$1 "$2"')
  const request = (one: string[], at: number) => `handle /${at} {
		rewrite * /
		reverse_proxy https://127.0.0.1:${httpsPort} {
			header_up Host ${site.name}
			${one.map(said).join('\n\t\t\t')}
			transport http {
				versions 3
				tls_server_name ${host}
				tls_trust_pool file ${folder}/root.pem
			}
		}
	}`
  const file = join(folder, 'Caddyfile')
  writeFileSync(
    file,
    `{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	${lines.map(request).join('\n\t')}
}
`,
  )
  const caddy = spawn(site.caddy, ['run', '--adapter', 'caddyfile', '--config', file], {
    env: { HOME: folder, PATH: process.env.PATH },
    stdio: 'ignore',
  })
  const ask: Http3['ask'] = (number, headers = {}) =>
    fetch(`http://127.0.0.1:${port}/${number}`, { headers, redirect: 'manual' })
  await until(() =>
    ask(0).then(
      () => true,
      () => false,
    ),
  )
  return {
    ask,
    async close() {
      const ended = once(caddy, 'exit')
      caddy.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
