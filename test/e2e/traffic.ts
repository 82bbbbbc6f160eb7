import { readFileSync } from 'node:fs'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request without a good answer; times in milliseconds since 1970. */
export interface Failure {
  error: string
  began: number
  ended: number
}

/**
 * A steady visitor: one request after another, four a second, each on a connection of its own.
 * `gap` is the longest time between two good answers, seconds.
 */
export function startTraffic(url: string, address: string, ca: string) {
  const failed: Failure[] = []
  let sent = 0
  let gap = 0
  let answered = Date.now()
  let going = true
  const { hostname, port } = new URL(url)
  const root = readFileSync(ca)

  const once = () =>
    new Promise<void>((resolve) => {
      sent++
      const began = Date.now()
      const fails = (error: string) => failed.push({ error, began, ended: Date.now() })
      const request = https.get(
        {
          host: address,
          port,
          servername: hostname,
          headers: { host: `${hostname}:${port}` },
          ca: root,
          agent: false,
          path: '/',
          timeout: 20_000,
        },
        (response) => {
          if (response.statusCode !== 200) fails(`status ${response.statusCode}`)
          else {
            gap = Math.max(gap, (Date.now() - answered) / 1000)
            answered = Date.now()
          }
          response.resume().on('end', resolve)
        },
      )
      request.on('timeout', () => request.destroy(new Error('timeout')))
      request.on('error', (error) => {
        fails(error.message)
        resolve()
      })
    })
  const loop = (async () => {
    while (going) {
      await once()
      await sleep(250)
    }
  })()

  return {
    async stop() {
      going = false
      await loop
      return { sent, failed, gap }
    },
  }
}
