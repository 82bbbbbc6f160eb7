import { spawn } from 'node:child_process'
import { openControl } from '../control.ts'
import { choose } from './droplet.ts'

const PORT = '2222'

export const help = `padlock sandbox ssh [DROPLET] [-i KEY] [-p PORT] [-l USER] [COMMAND ...]

Logs in to a droplet past the cloud firewall, through the machine's own forward: for when
the deployment's way in is what is broken. DROPLET is an id or a name; with one droplet it
may be left out. The host key is not checked: the connection does not leave this computer.

  -i   private key (the agent's and your own are tried without it); that of a stack:
       . .sandbox/env; pulumi stack output adminPrivateKey --show-secrets > key; chmod 600 key
  -p   the port that sshd listens on in the droplet (${PORT})
  -l   user (admin)

Exit code: that of ssh.`

interface Wish {
  options: Record<string, string>
  words: string[]
}

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { options, words } = read(args)
  const control = openControl('.sandbox')
  const { droplet, named } = choose((await control.status()).droplets, words[0])
  const port = Number(options['-p'] ?? PORT)
  const forward = await control.forward(Number(droplet.id), port)
  if (!forward)
    throw new Error(`${droplet.name} is off; its console: ./padlock sandbox logs ${droplet.id}`)
  const ssh = [
    ...(options['-i'] ? ['-i', options['-i']] : []),
    ...[
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'LogLevel=ERROR',
    ],
    ...['-p', String(forward.port), `${options['-l'] ?? 'admin'}@${forward.host}`],
    ...(named ? words.slice(1) : words),
  ]
  const child = spawn('ssh', ssh, { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Options end at the first word, as ssh's do: what follows belongs to the command. */
function read(args: string[]): Wish {
  const options: Record<string, string> = {}
  let at = 0
  const take = () => {
    while (['-i', '-p', '-l'].includes(args[at] ?? '')) {
      options[args[at] as string] = args[at + 1] ?? ''
      at += 2
    }
  }
  take()
  const first = args[at]
  if (first === undefined) return { options, words: [] }
  at++
  take()
  return { options, words: [first, ...args.slice(at)] }
}
