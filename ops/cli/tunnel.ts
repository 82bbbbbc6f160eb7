import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { tunnelOf } from '../tunnel/access.ts'
import { keepOpen } from '../tunnel/keep.ts'
import { openTunnel } from '../tunnel/ssh.ts'
import { chosenStack } from './login.ts'

export const help = `padlock tunnel NAME PORT [--public] [--stack NAME]

Leads one of the names in the stack's tunnels to a port of this computer, until Ctrl-C:
\`padlock tunnel demo 5000\` makes what listens on localhost:5000 https://demo. and the site's
name, with its TLS, for those who have the password that is printed, or with the login that
stands in front of the site (login: edge). It goes by ssh, out of any network that sshFrom
names, and comes back by itself. Whoever connects to a name last
has it. The stack is the one that is selected, unless it is named.

  --public  says that a name in publicTunnels, which asks for nothing, is meant

Exit code 0: ended by Ctrl-C. 1: why there is no connection. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { stack: { type: 'string' }, public: { type: 'boolean', default: false } },
  })
  const [name, port, ...others] = positionals
  if (!name || !port || others.length > 0) {
    console.error(help)
    return 2
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    console.error(`padlock tunnel: PORT is "${port}". Allowed: a whole number from 1 to 65535`)
    return 2
  }
  const stack = await chosenStack(values.stack)
  const read = () => tunnelOf(stack, name, values.public)
  const tunnel = await read()
  console.log(`${tunnel.url} leads to localhost:${port}`)
  if (tunnel.password) console.log(`visitors enter: user ${name}, password ${tunnel.password}`)
  else if (tunnel.login) console.log("visitors log in, as at the stack's site")
  else console.log('everybody may come: nobody is asked for a password')
  if (!(await listens(Number(port)))) console.log(`nothing listens on localhost:${port} yet`)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
  const { signal } = stop
  await keepOpen(tunnel, {
    ...{ stack, port: Number(port), read, open: openTunnel, say: console.log, signal },
    pause: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
  })
  return 0
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port, timeout: 2000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}
