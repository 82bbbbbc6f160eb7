import { stopSandbox } from '../deployment/stop.ts'
import { phase } from './progress.ts'

export const help = `padlock sandbox stop

Stops the sandbox: machines are shut down, their disks and the accounts stay, and the next
start goes on with them. To remove a deployment: ./padlock sandbox down
Exit code 0: nothing runs.`

/** The verb. */
export async function run(): Promise<number> {
  const ran = await phase('sandbox stops', () => stopSandbox('.sandbox'))
  if (!ran) console.log('No sandbox was running.')
  return 0
}
