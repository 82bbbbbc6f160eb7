/**
 * A host without a machine: reads a droplet's user data as cloud-init would, and behaves towards
 * ssh and browsers as the finished host does. It serves the bootstrap key until `ready` has run,
 * its own from `host-key` on, the ports that the packages name once they are installed, and the site
 * once it has a release, a site and a certificate, which it orders by itself or takes from its
 * predecessor.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Authority } from '../../../sandbox/ca/index.ts'
import type { Endpoint, MachineSpec } from '../../../sandbox/types.ts'
import { generateKey } from '../ssh-key.ts'
import { startSshServer } from '../ssh-server.ts'
import { startSite } from './site.ts'

export interface Host {
  /** Where a port of the host is served; undefined for one that it does not listen on. */
  endpoint(port: number): Endpoint | undefined
  close(): Promise<void>
}

interface UserData {
  ssh_keys: { ecdsa_private: string }
  users: { name: string; ssh_authorized_keys?: string[] }[]
  write_files: { path: string; content: string }[]
}

/**
 * @param folder the host's own, made here and removed at its end
 * @param trouble where tests say what shall go wrong; see the script `sudo`
 */
export async function startHost(
  spec: MachineSpec,
  folder: string,
  trouble: string,
  authority: Authority,
): Promise<Host> {
  const config = parse(spec.userData ?? '') as UserData
  const port = sshPort(config)
  const home = prepareHome(folder)
  const ownKey = generateKey()
  writeFileSync(join(home, 'host-key.pub'), `${ownKey.publicKey}\n`)
  const authorizedKeys = join(home, '.ssh', 'authorized_keys')
  const admin = config.users.find(({ name }) => name === 'admin')
  writeFileSync(authorizedKeys, `${admin?.ssh_authorized_keys?.join('\n')}\n`)

  const bootstrap = config.ssh_keys.ecdsa_private
  const ssh = await startSshServer({
    home,
    root: folder,
    hostKeys: [bootstrap],
    authorizedKeys: lines(authorizedKeys),
    users: ['admin'],
    environment: {
      TROUBLE: trouble,
      HOST_ROOT: folder,
      HOST_TESTS: import.meta.dirname,
      HOST_PROGRAMS: join(import.meta.dirname, '../../../host/padlock-app/files/usr/lib/padlock'),
    },
    onExit(command) {
      writeFileSync(join(folder, 'commands'), `${command}\n`, { flag: 'a' })
      if (/\/host-key$/.test(command)) ssh.setHostKeys([bootstrap, ownKey.privateKey])
      if (/\/ready$/.test(command)) ssh.setHostKeys([ownKey.privateKey])
      ssh.denyAll()
      for (const line of lines(authorizedKeys)) ssh.allow(line)
    },
  })
  const site = await startSite(home, authority)
  return {
    endpoint(asked) {
      const { http, https } = sitePorts(home)
      const own =
        asked === port
          ? ssh.port
          : asked === http
            ? site.httpPort
            : asked === https
              ? site.httpsPort
              : undefined
      return own === undefined ? undefined : { host: '127.0.0.1', port: own }
    },
    async close() {
      await Promise.all([ssh.close(), site.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function prepareHome(folder: string): string {
  const home = join(folder, 'home', 'admin')
  for (const name of ['bin', '.ssh']) mkdirSync(join(home, name), { recursive: true })
  mkdirSync(join(folder, 'var/lib/padlock/incoming'), { recursive: true })
  const sudo = join(home, 'bin', 'sudo')
  copyFileSync(join(import.meta.dirname, 'sudo'), sudo)
  chmodSync(sudo, 0o755)
  return home
}

/** The ports of the site are the packages' to say, and ssh's the first boot's. */
function sshPort(config: UserData): number {
  const path = '/etc/ssh/sshd_config.d/10-padlock-port.conf'
  const file = config.write_files.find((one) => one.path === path)
  return Number(/^Port (\d+)$/m.exec(file?.content ?? '')?.[1])
}

function sitePorts(home: string): { http?: number; https?: number } {
  const path = join(home, 'ports.nft')
  if (!existsSync(path)) return {}
  const text = readFileSync(path, 'utf8')
  const port = (name: string) =>
    Number(new RegExp(`^define ${name}_port = (\\d+)$`, 'm').exec(text)?.[1])
  return { http: port('http'), https: port('https') }
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean)
}
