import https from 'node:https'

export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json(): unknown
}

export interface Sent {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

export const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

/** One request over loopback, whatever the name; the path goes as it is written. */
export function ask(url: URL, root: string, sent: Sent = {}, path?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: '127.0.0.1',
      port: url.port,
      servername: url.hostname,
      ca: root,
      agent: false,
      path: path ?? url.pathname + url.search,
      method: sent.method ?? 'GET',
      headers: { host: url.host, ...sent.headers },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text),
        }),
      )
    })
    request.end(sent.body)
  })
}

/** A browser as far as a login needs one: cookies by host, and redirects. */
export class Visitor {
  readonly cookies = new Map<string, Map<string, string>>()
  /** `Set-Cookie` as it came, newest last. */
  readonly given: string[] = []
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async visit(address: string, sent: Sent = {}, path?: string): Promise<Reply> {
    const url = new URL(address)
    const jar = this.cookies.get(url.host) ?? new Map<string, string>()
    this.cookies.set(url.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...PAGE, ...(cookie && { cookie }), ...sent.headers }
    const reply = await ask(url, this.#root, { ...sent, headers }, path)
    for (const line of (reply.headers['set-cookie'] ?? []) as string[]) {
      this.given.push(line)
      const [pair = '', ...attributes] = line.split('; ')
      const at = pair.indexOf('=')
      const expires = attributes.find((one) => /^expires=/i.test(one))?.slice(8)
      const gone = expires !== undefined && new Date(expires) < new Date()
      if (gone) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return reply
  }

  /** To where no redirect leads on. */
  async follow(address: string, sent: Sent = {}): Promise<{ url: string; reply: Reply }> {
    let url = address
    let reply = await this.visit(url, sent)
    for (let hops = 0; hops < 12 && reply.headers.location; hops++) {
      url = new URL(String(reply.headers.location), url).href
      reply = await this.visit(url)
    }
    return { url, reply }
  }

  /** Asks for an address, and fills the login's form when it comes. */
  async logIn(address: string, username: string, password: string) {
    const form = await this.follow(address)
    return this.follow(form.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username, password, action: 'default' }).toString(),
    })
  }
}
