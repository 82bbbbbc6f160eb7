import { join } from 'node:path'
import { type Attempt, attemptOf } from './packet.ts'
import { WIRE } from './qemu.ts'
import { connectUnix } from './unix-socket.ts'

const LENGTH_BYTES = 4

/**
 * Joins the two ends of a machine's wire: all that comes for it goes in, and of what it sends those
 * frames go out that may pass. Nobody is told of the others, as behind DigitalOcean's firewalls.
 * While nobody joins them (the sandbox was killed) the machine has no network.
 * @param folder the machine's
 * @param admits whether it may reach this
 * @returns what ends it; it ends by itself with QEMU
 */
export async function filterOutbound(
  folder: string,
  admits: (attempt: Attempt) => boolean,
): Promise<() => void> {
  const [card, network] = await Promise.all([
    connectUnix(join(folder, WIRE.card)),
    connectUnix(join(folder, WIRE.network)),
  ])
  const close = () => {
    card.destroy()
    network.destroy()
  }
  network.pipe(card)
  let rest: Buffer = Buffer.alloc(0)
  card.on('data', (chunk: Buffer) => {
    // Frames come as their length, 4 bytes, and themselves (QEMU, net/stream.c).
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const passing: Buffer[] = []
    let at = 0
    while (rest.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + rest.readUInt32BE(at)
      if (rest.length < end) break
      const attempt = attemptOf(rest.subarray(at + LENGTH_BYTES, end))
      if (!attempt || admits(attempt)) passing.push(rest.subarray(at, end))
      at = end
    }
    rest = rest.subarray(at)
    if (passing.length === 0 || network.write(Buffer.concat(passing))) return
    card.pause()
    network.once('drain', () => card.resume())
  })
  for (const socket of [card, network]) socket.on('error', () => {}).on('close', close)
  return close
}
