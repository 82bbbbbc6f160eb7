import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pulumi, type Ran, root, stackOutputs } from '../e2e/shell.ts'
import { startTraffic } from '../e2e/traffic.ts'

const folder = '.sandbox/e2e/tcp-app'
const file = '.sandbox/e2e/Pulumi.serving.yaml'
const ca = join(root, '.sandbox/ca/root.pem')

interface Answered {
  status: number
  text: string
  seconds: number
}

/**
 * An app that listens on TCP and knows no unix socket, on the stack's own host: requests that take
 * long, and two releases of it with different ports. The stack's app comes back at the end.
 * @param url of the site
 * @param stackFile the settings that the stack is deployed with
 * @param onHost a command on the host through the printed ssh command
 */
export function servingTests(
  url: string,
  stackFile: string,
  onHost: (command: string) => Promise<Ran>,
): void {
  let address = ''

  const deploy = (port: number) => {
    const settings = readFileSync(join(root, stackFile), 'utf8')
      .trimEnd()
      .replace(/^ {2}appSource: .*$/m, `  appSource: ${folder}`)
    const more = [`appPort: ${port}`, 'responseSeconds: 20', 'drainSeconds: 20']
    const lines = more.map((line) => `  ${line}`).join('\n')
    writeFileSync(join(root, file), `${settings}\n${lines}\n`)
    return pulumi(`up --yes --skip-preview --config-file ${file}`, 15)
  }

  const ask = (path: string, more: { chunks?: number; onText?(text: string): void } = {}) =>
    new Promise<Answered>((resolve, reject) => {
      const start = Date.now()
      const { hostname, port, host } = new URL(url)
      const { chunks = 0, onText } = more
      const request = https.request(
        {
          ...{
            host: address,
            port,
            servername: hostname,
            ca: readFileSync(ca),
            agent: false,
            path,
          },
          method: chunks > 0 ? 'POST' : 'GET',
          headers: {
            host,
            accept: 'text/html',
            ...(chunks > 0 && { 'content-length': chunks * 40_000 }),
          },
        },
        (response) => {
          let text = ''
          const end = () =>
            resolve({
              status: response.statusCode ?? 0,
              text,
              seconds: (Date.now() - start) / 1000,
            })
          response.on('data', (chunk) => {
            text += chunk
            onText?.(text)
          })
          response.on('end', end)
          response.on('error', end)
        },
      )
      request.on('error', reject)
      const send = async () => {
        for (let sent = 0; sent < chunks; sent++) {
          request.write(Buffer.alloc(40_000))
          await sleep(1000)
        }
        request.end()
      }
      send()
    })

  const release = async () => (await ask('/')).text

  describe('serving an app that knows TCP alone', () => {
    beforeAll(async () => {
      cpSync(join(root, 'test/fixtures/tcp-app'), join(root, folder), { recursive: true })
      address = (await stackOutputs()).ip ?? ''
    })

    test('it comes up without a change, asked under the site’s name, and no request is lost', async () => {
      const traffic = startTraffic(url, address, ca)
      const { code, output } = await deploy(9090)
      const { sent, failed } = await traffic.stop()
      console.log(`serving: to TCP, ${sent} requests, ${failed.length} failed`)
      if (code !== 0) throw new Error(output)
      expect(failed).toEqual([])
      expect(await release()).toBe((await stackOutputs()).release)
    })

    test('no port of it is open outside of its container', async () => {
      const { output } = await onHost('ss -Hltn; echo; pgrep -af socket-proxyd')
      expect(output).toMatch(/:2222\b/)
      expect(output).not.toMatch(/:9090\s+\S*:\*/)
      expect(output).toMatch(/systemd-socket-proxyd .*127\.0\.0\.1:9090/)
    })

    test('serving takes long where both ends want it: events, an upload; a late answer is a 504', async () => {
      const [events, upload, late] = await Promise.all([
        ask('/events?count=45'),
        ask('/upload', { chunks: 40 }),
        ask('/late?seconds=30'),
      ])
      expect(events.text.match(/^data: /gm)).toHaveLength(45)
      expect(upload).toMatchObject({ status: 200, text: '1600000' })
      expect(late).toMatchObject({
        status: 504,
        text: 'The application did not begin an answer within 20 seconds.',
      })
    })

    test('serving goes on after a crash', async () => {
      await ask('/crash').catch(() => undefined)
      const deadline = Date.now() + 60_000
      while ((await ask('/')).status !== 200 && Date.now() < deadline) await sleep(500)
      expect(await release()).toBe((await stackOutputs()).release)
    })

    test('a release with another port loses no request, and the old one’s events go on for a while', async () => {
      const before = await release()
      let lastEvent = 0
      const events = ask('/events?count=3600', {
        onText: () => {
          lastEvent = Date.now()
        },
      })
      let swapped = 0
      let going = true
      const watch = (async () => {
        while (swapped === 0 && going) {
          const answer = await release().catch(() => before)
          if (answer !== before && /^[0-9a-f]{12}$/.test(answer)) swapped = Date.now()
          await sleep(250)
        }
      })()
      const traffic = startTraffic(url, address, ca)
      const { code, output } = await deploy(9091)
      const { sent, failed } = await traffic.stop()
      going = false
      if (code !== 0) throw new Error(output)
      await Promise.all([events, watch])
      const seconds = (lastEvent - swapped) / 1000
      console.log(
        `serving: swap, ${sent} requests, ${failed.length} failed, events for ${seconds} s`,
      )
      expect(failed).toEqual([])
      expect(seconds).toBeGreaterThan(15)
      expect(seconds).toBeLessThan(50)
    })

    test('serving by a unix socket again loses no request', async () => {
      const traffic = startTraffic(url, address, ca)
      const { code, output } = await pulumi(
        `up --yes --skip-preview --config-file ${stackFile}`,
        15,
      )
      const { failed } = await traffic.stop()
      if (code !== 0) throw new Error(output)
      expect(failed).toEqual([])
      const { output: left } = await onHost('pgrep -af socket-proxyd || echo none')
      expect(left).toContain('none')
    })
  })
}
