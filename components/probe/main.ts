/** `node components/probe/main.ts URL --address IP ...`, run by `pulumi up`. */
import { run } from './command.ts'

process.exitCode = await run(process.argv.slice(2))
