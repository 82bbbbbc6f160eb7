import { serveProvider } from '../server/serve.ts'
import { tls } from './provider.ts'

await serveProvider(tls)
