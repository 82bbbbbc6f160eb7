import type { Socket } from 'node:net'

/**
 * Joins two connections, both made with `allowHalfOpen`: what one sends the other gets, the end of
 * one direction is passed on while the other goes on, and a break of one breaks the other.
 */
export function splice(one: Socket, other: Socket): void {
  one.pipe(other)
  other.pipe(one)
  breakWith(one, other)
  breakWith(other, one)
}

function breakWith(socket: Socket, peer: Socket): void {
  socket.on('error', () => peer.resetAndDestroy())
  socket.on('close', () => {
    // After a clean end in both directions there is nothing left to break.
    if (!(socket.readableEnded && socket.writableFinished)) peer.destroy()
  })
}
