/** A site without TLS, by a real Caddy. */
import http from 'node:http'
import { HOST, type OwnSite, startOwnSite, until } from './own-site.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(120_000)
let site: OwnSite
beforeAll(async () => {
  site = await startOwnSite(smallApp())
})
afterAll(() => site?.close())

const ask = () =>
  new Promise<{ headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const host = `${HOST}:${site.httpPort}`
    const options = { host: '127.0.0.1', port: site.httpPort, agent: false, headers: { host } }
    const request = http.get(options, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ headers: response.headers, text }))
    })
    request.on('error', reject)
  })

test('is served at once, over http alone, and promises nothing else', async () => {
  expect(await site.stage({ plain: true }, { plain: true })).toBe('certified')
  await until(() =>
    ask().then(
      () => true,
      () => false,
    ),
  )
  const { headers, text } = await ask()
  expect(JSON.parse(text)).toMatchObject({ 'x-forwarded-proto': 'http' })
  expect(headers['strict-transport-security']).toBeUndefined()
  expect(headers['x-content-type-options']).toBe('nosniff')
  const secure = http.get({ host: '127.0.0.1', port: site.httpsPort, agent: false })
  const [error] = await new Promise<[NodeJS.ErrnoException]>((done) =>
    secure.on('error', (one) => done([one])),
  )
  expect(error.code).toBe('ECONNREFUSED')
})
