import { ask } from './login.ts'

/** `/usr/lib/padlock/volume state` */
interface State {
  device: string
  /** Does the kernel see it? */
  attached: boolean
  mounted: boolean
  /** Bytes; absent where it is not mounted. */
  size?: number
  used?: number
}

const GIB = 1024 ** 3

/** The volume for a terminal, with an empty line behind it; nothing for a stack without one. */
export async function volumeLines(
  stack: string,
  outputs: Record<string, string>,
): Promise<string[]> {
  const told = await ask(stack, outputs, ['volume', 'state']).catch(() => undefined)
  return told?.code === 0 ? described(JSON.parse(told.stdout)) : []
}

export function described({ device, attached, mounted, size = 0, used = 0 }: State): string[] {
  const row = (name: string, value: string) => `  ${name.padEnd(12)} ${value}`
  const name = device.replace(/^.*_Volume_/, '')
  return [
    `volume ${name}`,
    mounted
      ? row('used', `${gib(used)} of ${gib(size)} GiB (${percent(used, size)} %)`)
      : row('NOT MOUNTED', `${why(attached)}; the app does not start without it`),
    '',
  ]
}

const why = (attached: boolean) =>
  attached
    ? 'it is attached: ./padlock ssh "sudo journalctl -u srv-volume.mount" says why'
    : 'it is not attached to the host: pulumi up --refresh attaches it'

const gib = (bytes: number) => (bytes / GIB).toFixed(1)
const percent = (used: number, size: number) => Math.round((100 * used) / Math.max(1, size))
