/** `node components/records/main.ts VERB HOST --zone ZONE ...`, run by `pulumi up`. */
import { run } from './command.ts'

process.exitCode = await run(process.argv.slice(2))
