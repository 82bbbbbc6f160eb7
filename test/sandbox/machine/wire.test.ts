/** What is carried between a machine's card and its network, by sockets that play QEMU's two ends. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filterOutbound } from '../../../sandbox/machine/outbound.ts'
import type { Attempt } from '../../../sandbox/machine/packet.ts'
import { WIRE } from '../../../sandbox/machine/qemu.ts'

const MACHINE = '10.0.2.15'
const COMPUTER = '10.0.2.2'
/** The private network as the machine has it, and what it is on this computer. */
const [PRIVATE, HERE] = ['10.255.255.25', '127.0.0.3']
const [SYN, SYN_ACK, PSH_ACK] = [0x02, 0x12, 0x18]

let folder: string
let servers: Server[]
let card: Socket
let network: Socket
let attempts: Attempt[]
let admitted: (attempt: Attempt) => boolean
let end: () => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wire-'))
  servers = [createServer(), createServer()]
  const ends = servers.map(async (server, at) => {
    server.listen(join(folder, [WIRE.card, WIRE.network][at] as string))
    return (await once(server, 'connection'))[0] as Socket
  })
  attempts = []
  admitted = () => true
  end = await filterOutbound(folder, (attempt) => {
    attempts.push(attempt)
    return admitted(attempt)
  })
  ;[card, network] = (await Promise.all(ends)) as [Socket, Socket]
})
afterEach(() => {
  end()
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

const bytes = (address: string) => address.split('.').map(Number)

/** The Internet checksum (RFC 1071): zero over what has the right one. */
function checksum(data: Buffer): number {
  let sum = 0
  for (let at = 0; at < data.length; at += 2) sum += (data[at] ?? 0) * 256 + (data[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

const pseudoHeader = (packet: Buffer, segment: Buffer) =>
  Buffer.concat([packet.subarray(12, 20), Buffer.from([0, 6, 0, segment.length]), segment])

interface Segment {
  from: string
  to: string
  port?: number
  flags?: number
  data?: string
  protocol?: number
  fragment?: number
}

function frame({ from, to, port = 25_060, flags = SYN, data = '', ...more }: Segment): Buffer {
  const { protocol = 6, fragment = 0 } = more
  const segment = Buffer.concat([Buffer.alloc(20), Buffer.from(data)])
  segment.writeUInt16BE(40_001, 0)
  segment.writeUInt16BE(port, 2)
  segment.writeUInt8(0x50, 12)
  segment.writeUInt8(flags, 13)
  const packet = Buffer.alloc(20)
  Buffer.from([0x45, 0, 0, 20 + segment.length]).copy(packet)
  packet.writeUInt16BE(fragment, 6)
  Buffer.from([64, protocol]).copy(packet, 8)
  Buffer.from([...bytes(from), ...bytes(to)]).copy(packet, 12)
  packet.writeUInt16BE(checksum(packet), 10)
  segment.writeUInt16BE(checksum(pseudoHeader(packet, segment)), 16)
  return Buffer.concat([Buffer.alloc(12, 7), Buffer.from([8, 0]), packet, segment])
}

/** What a frame says, and whether a receiver would take it. */
function read(text: Buffer) {
  const packet = text.subarray(14, 34)
  const segment = text.subarray(34)
  const right = checksum(packet) === 0 && checksum(pseudoHeader(packet, segment)) === 0
  const [from, to] = [12, 16].map((at) => [...packet.subarray(at, at + 4)].join('.'))
  return { from, to, port: segment.readUInt16BE(2), data: `${segment.subarray(20)}`, right }
}

const sent = (text: Buffer) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

/** Sends frames from one end, a few bytes at a time, and reads what comes to the other until `last`. */
async function carried(from: Socket, to: Socket, frames: Buffer[], last: string) {
  let all = Buffer.alloc(0)
  const there = new Promise<void>((done) => {
    to.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk])
      if (all.includes(last)) done()
    })
  })
  const stream = Buffer.concat(frames.map(sent))
  for (let at = 0; at < stream.length; at += 31) {
    from.write(stream.subarray(at, at + 31))
    await new Promise((next) => setImmediate(next))
  }
  await there
  to.removeAllListeners('data')
  const come = []
  for (let at = 0; at < all.length; at += 4 + all.readUInt32BE(at)) {
    come.push(read(all.subarray(at + 4, at + 4 + all.readUInt32BE(at))))
  }
  return come
}

test('what is for the private network goes to this computer’s own address, all else as it is', async () => {
  const out = { from: MACHINE, flags: PSH_ACK }
  const come = await carried(
    card,
    network,
    [
      frame({ from: MACHINE, to: PRIVATE }),
      frame({ ...out, to: PRIVATE, data: 'of odd length' }),
      frame({ ...out, to: COMPUTER, data: 'last' }),
    ],
    'last',
  )
  const right = { from: MACHINE, port: 25_060, right: true }
  expect(come).toEqual([
    { ...right, to: HERE, data: '' },
    { ...right, to: HERE, data: 'of odd length' },
    { ...right, to: COMPUTER, data: 'last' },
  ])
  // Where the machine wants to go is judged, not where that leads.
  expect(attempts).toEqual([{ protocol: 'tcp', destination: PRIVATE, port: 25_060 }])
})

test('every address and port keeps right checksums', async () => {
  const frames = Array.from({ length: 300 }, (_, n) =>
    frame({ from: `10.0.${n % 256}.${(n * 7) % 256}`, to: PRIVATE, port: n * 211, data: `${n}` }),
  )
  const come = await carried(card, network, [...frames, frame({ ...LAST })], 'the end')
  expect(come).toHaveLength(301)
  expect(come.filter(({ right }) => !right)).toEqual([])
})

const LAST = { from: MACHINE, to: COMPUTER, flags: PSH_ACK, data: 'the end' }

test('answers come back from the private network', async () => {
  const come = await carried(
    network,
    card,
    [
      frame({ from: HERE, to: MACHINE, flags: SYN_ACK, data: 'greeting' }),
      frame({ from: COMPUTER, to: MACHINE, flags: SYN_ACK, data: 'last' }),
    ],
    'last',
  )
  const right = { to: MACHINE, port: 25_060, right: true }
  expect(come).toEqual([
    { ...right, from: PRIVATE, data: 'greeting' },
    { ...right, from: COMPUTER, data: 'last' },
  ])
})

test('what may not pass does not, nor what is no whole segment for the private network', async () => {
  admitted = ({ port }) => port !== 5432
  const come = await carried(
    card,
    network,
    [
      frame({ from: MACHINE, to: PRIVATE, port: 5432 }),
      frame({ from: MACHINE, to: COMPUTER, port: 5432 }),
      frame({ from: MACHINE, to: PRIVATE, protocol: 17 }),
      frame({ from: MACHINE, to: PRIVATE, fragment: 0x2000 }),
      frame({ from: MACHINE, to: PRIVATE, fragment: 1 }),
      frame(LAST),
    ],
    'the end',
  )
  expect(come.map(({ data }) => data)).toEqual(['the end'])
})
