import type { Socket } from 'node:net'
import { join } from 'node:path'
import { framewise } from './frames.ts'
import { VPC } from './network.ts'
import { type Attempt, attemptOf } from './packet.ts'
import { WIRE } from './qemu.ts'
import { rewriting } from './rewrite.ts'
import { connectUnix } from './unix-socket.ts'

/**
 * Joins the two ends of a machine's wire: all that comes for it goes in, and of what it sends those
 * frames go out that may pass. Nobody is told of the others, as behind DigitalOcean's firewalls.
 * What goes to the private network's address is led to this computer's own, and back from there.
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
  const lead = rewriting('destination', VPC.address, VPC.here)
  const leadBack = rewriting('source', VPC.here, VPC.address)
  carry(card, network, (frame) => {
    const attempt = attemptOf(frame)
    return (!attempt || admits(attempt)) && lead(frame)
  })
  carry(network, card, leadBack)
  for (const socket of [card, network]) socket.on('error', () => {}).on('close', close)
  return close
}

/** Carries frames from one end to the other, as fast as that one takes them. */
function carry(from: Socket, to: Socket, look: (frame: Buffer) => boolean): void {
  const passing = framewise(look)
  from.on('data', (piece: Buffer) => {
    const frames = passing(piece)
    if (frames.length === 0 || to.write(frames)) return
    from.pause()
    to.once('drain', () => from.resume())
  })
}
