import { serveProvider } from '../server/serve.ts'
import { random } from './provider.ts'

await serveProvider(random)
