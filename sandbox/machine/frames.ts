const LENGTH_BYTES = 4

/**
 * Finds frames in a stream in which each comes as its length, 4 bytes, and itself (QEMU, net/stream.c).
 * @param look may change a frame in place, and says whether it goes on
 * @returns what to do with each piece of the stream: gives what of it goes on
 */
export function framewise(look: (frame: Buffer) => boolean): (piece: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const passing: Buffer[] = []
    let [at, all] = [0, true]
    while (rest.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + rest.readUInt32BE(at)
      if (rest.length < end) break
      if (look(rest.subarray(at + LENGTH_BYTES, end))) passing.push(rest.subarray(at, end))
      else all = false
      at = end
    }
    const whole = rest.subarray(0, at)
    rest = rest.subarray(at)
    return all ? whole : Buffer.concat(passing)
  }
}
