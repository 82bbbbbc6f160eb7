import { serveProvider } from '../server/serve.ts'
import { command } from './provider.ts'

await serveProvider(command)
