import express from 'express'

const app = express()
// Behind a reverse proxy (https://expressjs.com/en/guide/behind-proxies.html).
app.set('trust proxy', true)

app.get('/healthz', (_request, response) => response.send('ok'))
app.get('/', (request, response) =>
  response.send(`express at ${request.protocol}://${request.hostname}`),
)

const server = app.listen(process.env.PORT || 3000)
process.on('SIGTERM', () => server.close())
