import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { HOST } from '../../sandbox/proxy/own-site.ts'
import type { Target } from './target.ts'

/**
 * kamal-proxy (`run` and `deploy` of its README) with a certificate of its own, in front of the same app.
 * @param program its binary
 */
export async function kamalProxy(program: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-kamal-'))
  const authority = await openAuthority(folder)
  const { key, cert } = await authority.issue({ names: [HOST] })
  const [certificate, secret] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(certificate, cert)
  writeFileSync(secret, key, { mode: 0o600 })
  const [http, https] = [await freePort(), await freePort()]
  const places = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder }
  const env = { ...process.env, ...places, XDG_RUNTIME_DIR: folder }
  const proxy = spawn(program, ['run', '--http-port', `${http}`, '--https-port', `${https}`], {
    env,
    stdio: 'ignore',
  })
  await sleep(1000)
  let former: ReturnType<typeof spawn> | undefined
  let count = 0
  const start = async (broken: boolean) => {
    const port = await freePort()
    const words = [`${port}`, `${++count}`, ...(broken ? ['broken'] : [])]
    const app = spawn(process.execPath, [join(import.meta.dirname, 'app.ts'), ...words], {
      stdio: 'ignore',
    })
    const words2 = ['deploy', 'app', '--target', `127.0.0.1:${port}`, '--host', HOST, '--tls']
    const tls = ['--tls-certificate-path', certificate, '--tls-private-key-path', secret]
    const limit = ['--deploy-timeout', broken ? '3s' : '30s', '--drain-timeout', '30s']
    try {
      await promisify(execFile)(program, [...words2, ...tls, ...limit], { env })
    } catch (error) {
      app.kill()
      throw error
    }
    former?.kill()
    former = app
    return Date.now()
  }
  await start(false)
  return {
    name: 'kamal-proxy, on loopback',
    url: `https://${HOST}:${https}/`,
    post: '/',
    address: '127.0.0.1',
    release: () => start(false),
    async breaks() {
      if (await start(true).catch(() => undefined)) throw new Error('the broken release serves')
    },
    async close() {
      former?.kill()
      const ended = once(proxy, 'exit')
      proxy.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
