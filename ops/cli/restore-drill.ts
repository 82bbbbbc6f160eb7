import { type DrillReceipt, drill, succeeded } from '../backups/drill.ts'
import { planDrill, type Which } from '../backups/drill-environment.ts'
import { describeDrill, keepDrill } from '../backups/drill-receipt.ts'
import { noteDrill } from '../backups/last-drill.ts'
import { openedIn, secretOutputs } from '../backups/source.ts'
import { openEnvironments } from './env/open.ts'

/**
 * `restore --drill`.
 * @returns the exit code: 0 if the backup was restored, was read, and nothing is left
 */
export async function runDrill(
  stack: string,
  { json, ...which }: Which & { json: boolean },
): Promise<number> {
  const context = await openEnvironments({ quiet: json })
  const { options, steps } = await planDrill(context, stack, which)
  const { environment } = options
  const stop = new AbortController()
  const interrupted = () => {
    if (stop.signal.aborted) process.exit(130)
    console.error(
      `interrupted: ${environment} is torn down first; another Ctrl-C leaves it, and ./padlock env down ${environment} removes it`,
    )
    stop.abort()
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  try {
    const { signal } = stop
    const receipt = await drill(steps, { ...options, stop: signal, say: context.say })
    const path = await keepDrill(receipt, context.receipts)
    if (succeeded(receipt) && isOfTheNewest(which)) await noted(stack, receipt, context.say)
    else if (succeeded(receipt))
      context.say(
        './padlock status counts drills of all that there is alone, without --at and --backup',
      )
    console.log(json ? JSON.stringify(receipt) : `\n${describeDrill(receipt)}\nKept as ${path}`)
    return succeeded(receipt) ? 0 : 1
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

/** Whether it shows that what would be lost today comes back. */
export const isOfTheNewest = ({ at, label }: Pick<Which, 'at' | 'label'>): boolean =>
  at === undefined && label === undefined

/** Has the bucket tell of it, for `status`; one that cannot be written to makes no drill fail. */
async function noted(stack: string, receipt: DrillReceipt, say: (line: string) => void) {
  try {
    const outputs = await secretOutputs(stack)
    const { source: writer } = openedIn(outputs, stack, 'writer')
    await noteDrill(writer, openedIn(outputs, stack, 'reader').source.secret, receipt)
  } catch (error) {
    say(`./padlock status will not tell of this drill: ${(error as Error).message}`)
  }
}
