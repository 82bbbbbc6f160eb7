import { join } from 'node:path'
import { openControl } from '../../sandbox/control.ts'
import { logIn, openBrowser, picture } from '../e2e/browser.ts'
import { root, sh } from '../e2e/shell.ts'

const NAMES = ['pr-1', 'pr-2']
const PASSWORD = 'sandbox'
const sandbox = join(root, '.sandbox')

/** Requests to each API so far. */
async function requests(): Promise<Record<string, number>> {
  const { calls } = await openControl(sandbox).status()
  return Object.fromEntries(
    Object.entries(calls).map(([api, counts]) => [
      api,
      Object.values(counts).reduce((sum, count) => sum + count, 0),
    ]),
  )
}

/** A verb's JSON; its progress goes to the other stream. */
async function verb(words: string, minutes: number) {
  const before = await requests()
  const { code, output, seconds } = await sh(`. .sandbox/env && ./padlock ${words} --json`, {
    minutes,
  })
  if (code !== 0) throw new Error(`${words}: exit code ${code}\n${output}`)
  const after = await requests()
  const line = output.split('\n').findLast((each) => each.startsWith('{')) ?? '{}'
  const made = Object.keys(after).map((api) => `${api} ${(after[api] ?? 0) - (before[api] ?? 0)}`)
  console.log(`${words}: ${seconds.toFixed(1)} s, requests: ${made.join(', ')}`)
  return JSON.parse(line)
}

const page = (url: string) =>
  sh(`curl -sS --cacert .sandbox/ca/root.pem -o /dev/null -w '%{http_code}' ${url}/healthz`)

/** Logs in with a browser of its own, reads this on the page and keeps a picture of it. */
async function greeted(url: string, words: string, name: string): Promise<void> {
  const browser = await openBrowser(join(sandbox, 'ca', 'root.pem'))
  try {
    const window = await browser.visit()
    await logIn(window, url, 'ada@example.com', PASSWORD)
    await window.getByRole('heading', { name: 'Hello, Ada Lovelace!' }).waitFor()
    await window.getByText(words).waitFor()
    expect(window.url()).toBe(`${url}/home`)
    await picture(window, name)
  } finally {
    await browser.close()
  }
}

/**
 * Two environments at once beside a dev stack that is up, each on a machine of its own: what a pull
 * request's label, push and closing set off, up to the receipts.
 * @param dev the dev stack's URL, which must go on answering
 */
export function environmentTests(dev: string): void {
  describe('two ephemeral environments beside the dev stack', () => {
    let urls: string[] = []
    test('come up at once, under their own names and certificates', async () => {
      const made = await Promise.all(NAMES.map((name) => verb(`env up ${name} --ttl 2h`, 19)))
      urls = made.map(({ url }) => url)
      expect(urls).toEqual(NAMES.map((name) => `https://${name}.preview.padlock.localhost:8443`))
      for (const url of [...urls, dev]) expect((await page(url)).output).toBe('200')
      expect(made.map(({ costPerHour }) => costPerHour)).toEqual([0.00595, 0.00595])
      const { inventory } = await openControl(sandbox).status()
      // The dev stack's own.
      expect(inventory.digitalocean.filter(({ kind }) => kind === 'reserved_ip')).toHaveLength(1)
      const { output } = await sh('. .sandbox/env && ./padlock env list')
      expect(output).toMatch(/pr-1 +up .*\n.*pr-2 +up |pr-2 +up .*\n.*pr-1 +up /)
    })

    test('let the allowed user in, each by its own application', async () => {
      for (const [index, url] of urls.entries()) {
        await greeted(url, 'You are logged in', `5-environment-${index + 1}`)
      }
    })

    test('take a release one by one', async () => {
      const droplets = (await openControl(sandbox).status()).droplets.map(({ id }) => id).sort()
      const made = await verb('env up pr-2 --ttl 3h --set appSource=.sandbox/e2e/app', 10)
      expect(Date.parse(made.expires) - Date.now()).toBeGreaterThan(2.9 * 3_600_000)
      await greeted(urls[1] ?? '', 'Welcome back: you are logged in', '6-released-to-one')
      await greeted(urls[0] ?? '', 'You are logged in', '7-and-not-to-the-other')
      const after = (await openControl(sandbox).status()).droplets.map(({ id }) => id).sort()
      expect(after).toEqual(droplets)
    })

    test('go with receipts, and the dev stack stays', async () => {
      const receipts = await Promise.all(NAMES.map((name) => verb(`env down ${name}`, 5)))
      for (const { stack, removed, left, seconds } of receipts) {
        console.log(`${stack}: ${removed.length} removed, ${left.length} left, ${seconds} s`)
        expect(left).toEqual([])
        expect(removed.map(({ kind }: { kind: string }) => kind)).toContain('droplet')
      }
      expect((await sh('. .sandbox/env && ./padlock env list')).output).toContain(
        'No ephemeral environment.',
      )
      expect((await openControl(sandbox).status()).droplets.map(({ name }) => name)).toEqual([
        expect.stringMatching(/^padlock-dev-/),
      ])
      expect((await page(dev)).output).toBe('200')
    })
  })
}
