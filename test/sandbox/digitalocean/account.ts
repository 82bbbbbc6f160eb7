/** A simulated account of a test's own, and plain requests to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DigitalOcean,
  type DigitalOceanOptions,
  startDigitalOcean,
} from '../../../sandbox/digitalocean/index.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'
import type { Machines } from '../../../sandbox/types.ts'

// biome-ignore lint/suspicious/noExplicitAny: the tests read into answers of all shapes
type Json = any

export interface Answer {
  status: number
  headers: Headers
  body: Json
}

export interface Account {
  api: DigitalOcean
  machines: Machines
  stateFile: string
  lines: string[]
  /** One request to `/v2` + path; a body makes it JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>
  /** A droplet that is active. */
  droplet(change?: Record<string, unknown>): Promise<Json>
  /** Ends the simulator as it is and starts it again on the same state, with what is given new. */
  restart(change?: Partial<DigitalOceanOptions>): Promise<void>
  end(): Promise<void>
}

export const DROPLET = {
  name: 'web-1',
  region: 'ams3',
  size: 's-1vcpu-1gb',
  image: 'debian-13-x64',
}

export async function startAccount(change: Partial<DigitalOceanOptions> = {}): Promise<Account> {
  const dir = mkdtempSync(join(tmpdir(), 'digitalocean-'))
  const lines: string[] = []
  const options: DigitalOceanOptions = {
    stateFile: join(dir, 'digitalocean.json'),
    port: 0,
    token: 'right',
    machines: noMachines(),
    actionMs: 20,
    log: (line) => lines.push(line),
    ...change,
  }
  const account: Account = {
    api: await startDigitalOcean(options),
    machines: options.machines,
    stateFile: options.stateFile,
    lines,
    async call(method, path, body, headers) {
      const response = await fetch(`${account.api.url}/v2${path}`, {
        method,
        headers: { authorization: 'Bearer right', 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    },
    async droplet(changes) {
      const made = await account.call('POST', '/droplets', { ...DROPLET, ...changes })
      if (made.status !== 202) throw new Error(JSON.stringify(made.body))
      await account.api.settled()
      return (await account.call('GET', `/droplets/${made.body.droplet.id}`)).body.droplet
    },
    async restart(change) {
      await account.api.close()
      account.api = await startDigitalOcean(Object.assign(options, change))
    },
    async end() {
      await account.api.close()
      rmSync(dir, { recursive: true })
    },
  }
  return account
}
