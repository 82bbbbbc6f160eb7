import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { Http, type HttpResponse } from '../bridge/http.ts'
import type { Value, Values } from '../server/values.ts'
import { type SpacesSettings, spacesClient } from './spaces.ts'

export interface Settings {
  /** Base URL, without a trailing slash. */
  endpoint: string
  token: string
  /** How often a call is repeated after 429 and 5xx, and the pauses in between, in seconds. */
  retry: { max: number; waitMin: number; waitMax: number }
  spaces: SpacesSettings
}

/** A refusal by the API, worded as by godo, the library of the real plugin. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The DigitalOcean API v2 (https://docs.digitalocean.com/reference/api/). */
export class DigitalOcean {
  readonly #settings: Settings
  readonly #http = new Http()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** A client of a region's object storage. */
  spaces(region: string): Promise<S3Client> {
    return spacesClient(this.#settings.spaces, region)
  }

  get(path: string): Promise<Values> {
    return this.call('GET', path)
  }

  post(path: string, body: Value): Promise<Values> {
    return this.call('POST', path, body)
  }

  /** Sends one request, repeated as the settings say. Throws {@link ApiError} for anything but 2xx. */
  async call(method: string, path: string, body?: Value): Promise<Values> {
    const { endpoint, token, retry } = this.#settings
    const request = {
      method,
      url: `${endpoint}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'user-agent': 'Terraform/0.11+compatible godo/1.202.0',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }
    for (let attempt = 0; ; attempt++) {
      const response = await this.#http.send(request)
      if (response.status >= 200 && response.status < 300) {
        return response.body ? JSON.parse(response.body) : {}
      }
      const passing = response.status === 429 || response.status >= 500
      if (!passing || attempt >= retry.max) {
        const suffix = passing ? `; giving up after ${attempt + 1} attempt(s)` : ''
        throw new ApiError(response.status, `${describe(request, response)}${suffix}`)
      }
      const seconds = Number(response.headers['retry-after'])
      const backoff = Math.min(retry.waitMin * 2 ** attempt, retry.waitMax)
      await sleep(1000 * (seconds > 0 ? seconds : backoff))
    }
  }
}

function describe(request: { method: string; url: string }, response: HttpResponse): string {
  let message: unknown
  let id: unknown = response.headers['x-request-id']
  try {
    const body = JSON.parse(response.body)
    message = body.message
    id = body.request_id ?? id
  } catch {
    message = response.body ? JSON.stringify(response.body.trim()) : ''
  }
  const reference = id ? ` (request "${id}")` : ''
  return `${request.method} ${request.url}: ${response.status}${reference} ${message ?? ''}`
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** Waits for `call`; puts the real plugin's words in front of its failure. */
export async function attempt<T>(words: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const message = `${words}: ${(error as Error).message}`
    throw error instanceof ApiError ? new ApiError(error.status, message) : new Error(message)
  }
}
