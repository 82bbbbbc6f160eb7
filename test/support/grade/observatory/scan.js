/**
 * `node scan.js PACKAGE NAME HTTP_PORT HTTPS_PORT`: prints what Mozilla's HTTP Observatory says of a
 * site on this computer. It asks ports 80 and 443 of the name, and is led to the site's own.
 */
import net from 'node:net'
import { join } from 'node:path'

const [folder = '', name, httpPort, httpsPort] = process.argv.slice(2)
const ports = { 80: httpPort, 443: httpsPort }
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function led(...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given
  const port = options.host === name ? ports[options.port] : undefined
  if (!port) throw new Error(`nothing but ${name} is to be asked, not ${options.host}`)
  Object.assign(options, { host: '127.0.0.1', port })
  return connect.apply(this, given)
}

const { scan } = await import(join(folder, 'src', 'index.js'))
console.log(JSON.stringify(await scan(name)))
