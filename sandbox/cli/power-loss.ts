import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openControl } from '../control.ts'
import type { PowerLoss } from '../types.ts'
import { choose } from './droplet.ts'
import { phase } from './progress.ts'

const SEEDS = 2 ** 31

export const help = `padlock sandbox power-loss [DROPLET] [--log | --some | --seed N] [--json]

Takes a droplet's power away and boots it again, with volumes that have what a disk has then:
what was written up to the last flush. DROPLET is an id or a name; with one droplet it may be
left out. Its writes must have been logged since before:

  --log    log from now on what it writes to its volumes, and cut nothing off. The log grows
           with each write; it ends with the machine, or where a volume is detached. A volume
           that is logged does not grow
  --some   about half of what was written after the last flush survives too, in pieces of
           4 KiB, as a disk may write in any order what it holds
  --seed   which pieces do, 0 to ${SEEDS - 1}; --some chooses a number and prints it
  --json   what became of each volume as JSON

The droplet's own disk keeps what its guest has written, as it does when QEMU is killed.

Exit code 0: it boots. 1: not done and why. 2: a wrong command line.`

const OPTIONS = {
  log: { type: 'boolean' },
  some: { type: 'boolean' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals, wrong } = read(args)
  if (wrong !== undefined) {
    console.error(`padlock sandbox power-loss: ${wrong}\n\n${help}`)
    return 2
  }
  const control = openControl('.sandbox')
  const { droplet, named } = choose((await control.status()).droplets, positionals[0])
  if (positionals.length > 0 && !named) throw new Error(`there is no droplet ${positionals[0]}`)
  const id = Number(droplet.id)
  if (values.log) {
    await phase(`writes of ${droplet.name} are logged`, () => control.logWrites(id))
    return 0
  }
  const seed =
    values.seed !== undefined ? Number(values.seed) : values.some ? randomInt(SEEDS) : undefined
  const volumes = await control.losePower(id, seed)
  if (values.json) console.log(JSON.stringify({ droplet: droplet.id, seed, volumes }, null, 2))
  else
    console.log([`${droplet.name} boots after a loss of power`, ...told(volumes, seed)].join('\n'))
  return 0
}

function told(volumes: PowerLoss[], seed: number | undefined): string[] {
  return volumes.map(
    ({ name, flushes, safeBytes, looseBytes, survivedBytes }) =>
      `volume ${name}: ${safeBytes} bytes up to the last of ${flushes} flushes are there; ` +
      `of ${looseBytes} written later, ${survivedBytes} are` +
      (seed === undefined ? '' : ` (--seed ${seed})`),
  )
}

interface Values {
  log?: boolean
  some?: boolean
  seed?: string
  json?: boolean
}

function read(args: string[]): { values: Values; positionals: string[]; wrong?: string } {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
    const { log, some, seed } = values
    if (positionals.length > 1) return { values, positionals, wrong: 'one droplet at a time' }
    if ([log, some, seed !== undefined].filter(Boolean).length > 1) {
      return { values, positionals, wrong: '--log, --some and --seed go without each other' }
    }
    if (seed !== undefined && !(/^\d+$/.test(seed) && Number(seed) < SEEDS)) {
      const wrong = `--seed is '${seed}'; allowed are 0 to ${SEEDS - 1}`
      return { values, positionals, wrong }
    }
    return { values, positionals }
  } catch (error) {
    return { values: {} as Values, positionals: [], wrong: (error as Error).message }
  }
}
