import { readFileSync } from 'node:fs'
import { connect, type PeerCertificate } from 'node:tls'

/** The certificate that a site shows at an address, under its name; trusted by this root alone. */
export function shownCertificate(
  url: string,
  address: string,
  ca: string,
): Promise<PeerCertificate> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: address, port: Number(port), servername: hostname, ca: readFileSync(ca) },
      () => {
        resolve(socket.getPeerCertificate())
        socket.destroy()
      },
    )
    socket.on('error', reject)
  })
}
