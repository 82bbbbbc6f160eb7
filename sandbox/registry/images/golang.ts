import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../run.ts'
import { type OwnImage, PATH } from './image.ts'

const MODULE = 'golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64'
const SUM = 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM='
/** With all that they import, what a server of the standard library alone is made of. */
const COMPILED = ['encoding/json', 'html/template', 'log', 'net/http', 'os/signal']

/**
 * Go's toolchain as the module proxy has it, for builds without cgo: no C compiler, no git, no tests,
 * no sources of the toolchain itself. A part of the standard library lies compiled in the build
 * cache, as an emulated machine takes ten minutes for it.
 */
export const golang: OwnImage = {
  repository: 'golang',
  tags: ['1.26'],
  packages: ['ca-certificates'],
  pins: { [MODULE]: SUM, compiled: COMPILED.join(' ') },
  async add(folder, work, progress) {
    const go = join(folder, 'usr', 'local', 'go')
    const tools = join(go, 'pkg', 'tool', 'linux_amd64')
    await mkdir(join(folder, 'usr', 'local'), { recursive: true })
    await mkdir(join(folder, 'go', 'bin'), { recursive: true })
    progress(`fetching ${MODULE}`)
    await rename(await downloaded(work), go)
    for (const name of ['api', 'doc', 'misc', 'test', 'src/cmd']) {
      await rm(join(go, name), { recursive: true, force: true })
    }
    await run('find', [go, '-name', '*_test.go', '-delete'])
    await run('find', [go, '-name', 'testdata', '-prune', '-exec', 'rm', '-r', '{}', '+'])
    for (const bin of [join(go, 'bin'), tools]) {
      for (const name of await readdir(bin)) await chmod(join(bin, name), 0o755)
    }
    progress("compiling Go's standard library")
    const env = {
      PATH: process.env.PATH,
      HOME: work,
      GOROOT: go,
      GOPATH: join(work, 'path'),
      GOCACHE: join(folder, 'root', '.cache', 'go-build'),
      GOTOOLCHAIN: 'local',
      GOPROXY: 'off',
      CGO_ENABLED: '0',
    }
    await run(join(go, 'bin', 'go'), ['build', ...COMPILED], { cwd: work, env })
  },
  env: {
    PATH: `/go/bin:/usr/local/go/bin:${PATH}`,
    GOPATH: '/go',
    GOTOOLCHAIN: 'local',
  },
  command: ['bash'],
}

/** The toolchain's folder, as Go's own client unpacks and verifies it. */
async function downloaded(work: string): Promise<string> {
  const env = {
    ...process.env,
    GOMODCACHE: join(work, 'modules'),
    GOFLAGS: '-modcacherw',
    GOTOOLCHAIN: 'local',
  }
  const answer = await run('go', ['mod', 'download', '-json', MODULE], { cwd: work, env })
  const { Dir, Sum } = JSON.parse(answer)
  if (Sum !== SUM) throw new Error(`${MODULE} has the sum ${Sum}, not ${SUM}`)
  return Dir
}
